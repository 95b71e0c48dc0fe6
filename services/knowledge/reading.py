"""Read a document to plain text, page by page: PDF, Word, Markdown, text."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from models.values.errors import UserError

#: No policy is larger; whatever is takes too long to read.
MOST_BYTES: Final = 20 * 2**20
MOST_PAGES: Final = 500
MOST_CHARACTERS: Final = 2_000_000
PAGE_BREAK: Final = "\f"
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS: Final = re.compile(r"(?<!\w)[*_`]{1,3}|[*_`]{1,3}(?!\w)")
_LIST: Final = re.compile(r"^\s*[-*+]\s+", re.MULTILINE)
#: A line of a paragraph that goes on in the next one.
_WRAPPED: Final = re.compile(r"^((?!#)[^\n|]{70,})\n(?=[^\n#|])", re.MULTILINE)
_TITLE: Final = re.compile(r"^#{1,3}\s+(.+)$", re.MULTILINE)


def read_document(path: Path) -> tuple[str, list[str]]:
    """Return a document's title and its pages as text; headings begin with ``#``.

    Raises
    ------
    UserError
        It is of no kind that can be read, too large, locked, damaged, or has no text.
    """
    kinds: dict[str, Callable[[Path], Iterator[str]]] = {
        ".pdf": _pdf, ".docx": _word, ".md": _markdown, ".markdown": _markdown, ".txt": _text,
    }  # fmt: skip
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise UserError(f"{path.name} is not a PDF, Word (.docx), Markdown or text file. Save it as one of these.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path.name} is larger than {MOST_BYTES // 2**20} MB. Add only the pages you need.")
        pages = [_tidy(page) for page in kind(path)]
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror or error}).") from error
    if not any(pages):
        raise UserError(f"{path.name} has no text: it may be a scan. Add a version whose text can be selected.")
    if sum(map(len, pages)) > MOST_CHARACTERS:
        raise UserError(f"{path.name} has more than {MOST_CHARACTERS:,} characters. Add only the pages you need.")
    title = next((found[1].strip() for page in pages if (found := _TITLE.search(page))), "")
    return title or path.stem.replace("_", " ").replace("-", " ").strip(), pages


def _pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it warns of may quote the document
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UserError(f"{path.name} is locked with a password. Save it without one, then add it.")
        if len(reader.pages) > MOST_PAGES:
            raise UserError(f"{path.name} has more than {MOST_PAGES} pages. Add only the pages you need.")
        for page in reader.pages:
            yield page.extract_text()
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{path.name} is damaged or not a PDF. Export it again, then add it.") from error


def _word(path: Path) -> Iterator[str]:
    from zipfile import BadZipFile

    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError
    from docx.text.paragraph import Paragraph

    try:
        document = Document(str(path))
        page: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Paragraph):
                if block.rendered_page_breaks and page:
                    yield "\n".join(page)
                    page = []
                style = (block.style.name if block.style is not None else "") or ""
                page.append(f"# {block.text}" if style.startswith(("Heading", "Title")) else f"{block.text}\n")
            else:
                page += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
        yield "\n".join(page)
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, AttributeError) as error:
        raise UserError(f"{path.name} is damaged or not a Word document. Save it again, then add it.") from error


def _markdown(path: Path) -> Iterator[str]:
    for page in _decoded(path).split(PAGE_BREAK):
        yield _MARKS.sub("", _LIST.sub("", _LINK.sub(r"\1", page)))


def _text(path: Path) -> Iterator[str]:
    yield from _decoded(path).split(PAGE_BREAK)


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(f"{path.name} is not text in UTF-8. Save it as UTF-8, then add it.")


def _tidy(page: str) -> str:
    """A page without control characters and trailing blanks, at most one blank line in a row."""
    lines = ("".join(one for one in line if one == "\t" or one >= " ").rstrip() for line in page.splitlines())
    return _WRAPPED.sub(r"\1 ", re.sub(r"\n{3,}", "\n\n", "\n".join(lines))).strip()
