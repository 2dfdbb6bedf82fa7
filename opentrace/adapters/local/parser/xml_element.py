"""The type of lxml's elements, for which lxml has no public name."""

from lxml import etree

XmlElement = etree._Element  # pyright: ignore[reportPrivateUsage] -- see above

__all__ = ["XmlElement"]
