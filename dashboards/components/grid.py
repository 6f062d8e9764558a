"""A grid: the table twin of a chart, sortable, with the rows as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid
from dash import html
from dash.development.base_component import Component

ROW_HEIGHT = 34
VISIBLE_ROWS = 12
FITTING_COLUMNS = 8  # at their least useful widths; more do not fit into the widest page
AS_DAY: Mapping[str, Any] = {
    "valueFormatter": {
        "function": "params.value ? d3.utcFormat('%-d %b %Y')(d3.utcParse('%Y-%m-%d')(params.value)) : ''"
    }
}
"""For a column of days in ISO form: they sort as they are and read as everywhere else, such as 9 Nov 2026."""


def draw_grid(
    name: str, columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], *, label: str
) -> Component:
    """A grid whose theme follows the page; cells are never read as markup."""
    height = ROW_HEIGHT * (min(len(rows), VISIBLE_ROWS) + 1) + 20
    grid = html.Div(
        dash_ag_grid.AgGrid(
            id={"type": "grid", "index": name},
            columnDefs=[{"headerTooltip": column.get("headerName"), **column} for column in columns],
            rowData=[dict(row) for row in rows],
            defaultColDef={"sortable": True, "resizable": True, "filter": False, "minWidth": 90},
            columnSize=None if any("flex" in column for column in columns) else "autoSize",
            dashGridOptions={
                "rowHeight": ROW_HEIGHT,
                "headerHeight": ROW_HEIGHT + 4,
                "animateRows": False,
                "enableCellTextSelection": True,
                "ensureDomOrder": True,
                "suppressColumnVirtualisation": True,
                # One stop for Tab, arrows inside: by AG Grid's default every cell is a stop.
                "tabToNextHeader": {"function": "false"},
                "tabToNextCell": {"function": "false"},
            },
            style={"height": f"{height}px", "width": "100%"},
        ),
        className="grid",
        role="region",
        **{"aria-label": label},
    )
    if len(columns) <= FITTING_COLUMNS:
        return grid
    return html.Div([grid, html.P("More columns stand to the right: scroll sideways.", className="hint")])
