"""Text recognition (OCR) of scanned pages and images by Tesseract.

A child process, which has the file open, draws the pages (`raster.py`, `conversation.py`) and reads what comes back
(`hocr.py`, `layout.py`); its parent runs Tesseract on the pixels (`tesseract.py`), confined by `launch.py`.
"""
