from typing import Any, Self

class ComposeSpecification:
    @classmethod
    def model_validate(cls, obj: Any) -> Self: ...
