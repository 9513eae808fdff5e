"""Write every catalogue again: ``python -m messages``; end with 1 where a sentence has no translation."""

from __future__ import annotations

import sys

from messages.catalogues import TRANSLATED, compiled, printed, renewed, untranslated, write


def main() -> int:
    """Renew the catalogue of each language, and name the sentences that it lacks."""
    missing = 0
    for language in TRANSLATED:
        catalogue = renewed(language)
        write(language, printed(catalogue), compiled(catalogue))
        lacking = untranslated(catalogue)
        print(f"{language}: {len(catalogue)} sentences, {len(lacking)} without a translation")
        for sentence in lacking:
            print(f"  {sentence}")
        missing += len(lacking)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
