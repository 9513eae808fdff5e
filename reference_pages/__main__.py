"""Write the generated reference pages: ``python -m reference_pages``."""

from reference_pages import FOLDER, PAGES

for name, page in PAGES.items():
    (FOLDER / name).write_text(page(), encoding="utf-8")
