from typing import Any

FPDF_PAGEOBJ_PATH: int
FPDF_PAGEOBJ_IMAGE: int
FPDF_PAGEOBJ_SHADING: int
FPDF_REMOVE_SECURITY: int
FPDF_TEXTRENDERMODE_INVISIBLE: int
FPDF_TEXTRENDERMODE_CLIP: int

def FPDFTextObj_GetTextRenderMode(text: Any) -> int: ...  # noqa: N802 -- PDFium's name
