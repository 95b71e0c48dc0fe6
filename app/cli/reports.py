"""Commands that write reports: a dashboard as a workbook, a table, a document or JSON, and a customer on one page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.frame import (
    DONE,
    AsOfOption,
    JsonOption,
    NewOwner,
    Reply,
    StoreOption,
    Who,
    answer,
    day_of,
    in_book,
    opened,
    opened_as_of,
    table,
    told,
)
from app.cli.metrics import CompareOption, PeriodOption, Where, conditions_of, document_of
from app.paths import default_book
from models.values.dashboards import Filters
from models.values.words import count
from services import exporting, insight, sync
from services.pipeline import after_change
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.values.reports import Report

#: What Insights shows before anything is chosen.
AS_SHOWN: Final = Filters()


@told
def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A dashboard, as `dashboards` lists them.")],
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write a workbook.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write pages to print.")] = None,
    as_csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a table.")] = None,
    png: Annotated[Path | None, typer.Option("--png", metavar="FILE", help="Write a picture.")] = None,
    period: PeriodOption = AS_SHOWN.period,
    compare: CompareOption = None,
    where: Where = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Write a dashboard to files: `report overview --period 90d --xlsx overview.xlsx`."""
    from services.metrics import Metrics, all_dashboards, dashboard_named
    from services.reports import report_of, write_report_table, write_report_workbook

    files: tuple[tuple[Path | None, Callable[[Report, Path], int]], ...] = (
        (pdf, _write_pdf), (xlsx, write_report_workbook), (as_csv, write_report_table), (png, _write_png),
    )  # fmt: skip
    wanted = {path: write for path, write in files if path is not None}
    filters = Filters(period, compare or AS_SHOWN.compare)
    with opened(store) as workspace:  # looking back takes a while, which a wrong name need not
        dashboard = dashboard_named(name, all_dashboards(workspace))
    if not wanted and not json:
        raise typer.BadParameter("Name a file with --pdf, --xlsx, --csv or --png, or ask for --json.")
    with opened_as_of(store, day_of(as_of)) as workspace:
        for path in wanted:
            exporting.refuse_export(workspace, path)
        metrics, conditions = Metrics(workspace), conditions_of(where)
        found = report_of(metrics, dashboard, filters, _book(store), conditions, courses=png is not None)
        for path, write in wanted.items():
            write(found, path)
    with opened(store) as workspace:
        for path in wanted:
            exporting.note_export(workspace, path)
    words = "\n".join(f"{found.dashboard.title} saved in {path}" for path in wanted)
    answer(_document(found, [str(path) for path in wanted]), words, json)
    return DONE


@in_book(writes=lambda given: given["add"] is not None or given["remove"] is not None)
def dashboards(
    workspace: Workspace,
    add: Annotated[
        Path | None,
        typer.Option("--add", metavar="FILE", help="Add the dashboard of a file (.toml, .json) to Insights."),
    ] = None,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="NAME", help="Delete your own; reset a changed one.")
    ] = None,
) -> Reply:
    """List the dashboards of Insights, yours and the program’s; --json has the definitions that --add reads."""
    from services.metrics import all_dashboards, document_of
    from services.metrics.own import load_into, remove_dashboard

    made = [load_into(workspace, add)] if add is not None else []
    made += [remove_dashboard(workspace, remove)] if remove is not None else []
    found = all_dashboards(workspace)
    notes = [f"{changes.words}." if changes.entry is not None else "Nothing changed." for changes in made]
    rows = [(one.name, one.title, one.kind, str(len(one.tiles))) for one in found]
    document = [
        {"name": one.name, "kind": one.kind, "left_out": list(one.left_out), "definition": document_of(one)}
        for one in found
    ]
    return Reply(document, table(("name", "title", "kind", "tiles"), rows, frozenset({3})), notes)


def _write_pdf(found: Report, path: Path) -> int:
    from views.printing.offscreen import theme_of_paper
    from views.printing.report import write_report_pdf

    return write_report_pdf(found, path, theme_of_paper())


def _write_png(found: Report, path: Path) -> int:
    from views.printing.offscreen import theme_of_paper
    from views.printing.picture import write_report_picture

    return write_report_picture(found, path, theme_of_paper())


def _book(store: Path | None) -> str:
    """What the book is called, as the window has it."""
    from app.desktop import library

    return library().name_of((store or default_book()).absolute())


def _document(found: Report, files: list[str]) -> dict[str, Any]:
    tiles = [(tile, found.answers[tile.key]) for tile in found.dashboard.tiles]
    return {
        "name": found.dashboard.name,
        "title": found.dashboard.title,
        "book": found.book,
        "as_of": found.as_of.isoformat(),
        "period": found.filters.period,
        "compare": found.filters.compare,
        "filters": found.filtered,
        "files": files,
        "tiles": [
            {"title": tile.title, "form": tile.form, "empty": shown.empty, **document_of(shown.answer)}
            for tile, shown in tiles
        ],
    }


@told
def brief(
    customer: Who,
    pdf: Annotated[Path, typer.Option("--pdf", metavar="FILE", help="The file to write.")],
    store: StoreOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Write one page about a customer: figures with their reasons, last events, open work, deals, consent."""
    from services.reports import brief_of
    from views.printing.brief import write_brief_pdf
    from views.printing.offscreen import theme_of_paper

    with opened_as_of(store, day_of(as_of)) as workspace:
        exporting.refuse_export(workspace, pdf)
        found = brief_of(workspace, insight.customer_named(workspace, customer), _book(store))
    theme_of_paper()
    write_brief_pdf(found, pdf)
    with opened(store) as workspace:
        exporting.note_export(workspace, pdf)
    answer(None, f"Brief of {found.name} saved in {pdf}", False)
    return DONE


@told
def all_data(
    customer: Who,
    out: Annotated[
        list[Path], typer.Option("--out", metavar="FILE", help="A .json file, a .pdf file, or both; repeatable.")
    ],
    store: StoreOption = None,
) -> int:
    """Write everything that the book holds about a customer, to give it to them."""
    from services.reports import personal_data
    from services.reports.personal_data import as_json
    from views.printing.offscreen import theme_of_paper
    from views.printing.personal_data import personal_data_pdf

    with opened(store) as workspace:
        found = personal_data(workspace, insight.customer_named(workspace, customer))
        for path in out:
            with exporting.exporting(workspace, path):
                if path.suffix.lower() == ".json":
                    made = as_json(found)
                else:
                    theme_of_paper()
                    made = personal_data_pdf(found, _book(store))
                exporting.write_file(path, lambda file, made=made: file.write(made), ".json", ".pdf")  # type: ignore[misc]
    rows = sum(map(len, found.tables.values()))
    files = ", ".join(map(str, out))
    answer(None, f"{count(rows, 'row')} about {found.name} saved in {files}", False)
    return DONE


@told
def handover(
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Whose customers, as `customers` has the name.")],
    pdf: Annotated[Path, typer.Option("--pdf", metavar="FILE", help="The file to write.")],
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="Who takes over.")] = "",
    change_owner: Annotated[
        bool, typer.Option("--change-owner", help="Also make them the owner of these customers; undone by `undo`.")
    ] = False,
    new_owner: NewOwner = False,
    store: StoreOption = None,
) -> int:
    """Write the pack of an owner's customers: a cover with their figures, contents, and a page for each customer."""
    from services.reports import brief_of, handover_of
    from views.printing.handover import write_handover_pdf
    from views.printing.offscreen import theme_of_paper

    if change_owner and not to:
        raise typer.BadParameter("Name who takes over with --to.")
    book = _book(store)
    with opened(store, writes=change_owner) as workspace:
        to = sync.owner_named(workspace, to, new=new_owner or not change_owner)
        found = handover_of(workspace, owner, to, book)
        theme_of_paper()
        with exporting.exporting(workspace, pdf):
            write_handover_pdf(found, (brief_of(workspace, one.customer_id, book) for one in found.lines), pdf)
        if change_owner:
            after_change(workspace, sync.hand_over(workspace, owner, to, new_owner=new_owner))
    told = f"Hand-over pack of {count(len(found.lines), 'customer')} saved in {pdf}"
    answer(None, f"{told}\nThey are owned by {to} now." if change_owner else told, False)
    return DONE
