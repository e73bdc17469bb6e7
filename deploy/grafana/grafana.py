"""Boards as Grafana's JSON, by its own SDK: what a panel here always has can't be forgotten."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from deploy.grafana.model import WIDTH, Board, Panel, Query
from deploy.grafana.texts import Texts
from deploy.prometheus.expressions import WINDOWS
from grafana_foundation_sdk.builders import bargauge, common, geomap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
IN_COLUMNS = {"table", "geomap"}
# Bihar.
LATITUDE, LONGITUDE, ZOOM = 26, 86, 7


def document(board: Board, texts: Texts) -> str:
    """The dashboard's JSON in the language of the texts."""
    own = texts.of(board)
    made = (
        builders.Dashboard(own.title)
        .uid(f"janseva-{board.key}-{texts.language}")
        .description(own.description)
        .tags(["janseva", texts.language])
        .timezone("Asia/Kolkata")
        .readonly()
        .refresh("30s")
        .time("now-6h", "now")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(_links(texts))
        .annotation(_marks("alerts", 'ALERTS{alertname=~"Janseva.*", alertstate="firing"}', "red", texts))
        .annotation(_marks("boundaries", "changes(janseva_boundary_version_info[1m]) > 0", "blue", texts))
    )
    for variable in _variables(board, texts):
        made = made.with_variable(variable)
    y, number = 0, count(1)
    for row in board.rows:
        title = builders.Row(own.rows[row.key]).id(next(number)).grid_pos(models.GridPos(h=1, w=WIDTH, x=0, y=y))
        made = made.with_row(title)
        for panel, x, below in row.placed():
            place = models.GridPos(h=panel.height, w=panel.width, x=x, y=y + 1 + below)
            made = made.with_panel(_panel(panel, place, own.panels[panel.key], texts).id(next(number)))
        y += 1 + row.height
    return json.dumps(made.build(), cls=JSONEncoder, ensure_ascii=False, indent=1) + "\n"


def _panel(panel: Panel, place: models.GridPos, text: Any, texts: Texts) -> Any:
    made: Any = _BUILDERS[panel.kind]()
    made = (
        made.title(text.title)
        .description(text.description)
        .datasource(DATASOURCE)
        .grid_pos(place)
        .unit(panel.unit)
        .no_value(texts.phrases["no_data"])
        .thresholds(_thresholds(panel))
    )
    if panel.kind in IN_COLUMNS:
        made = made.mappings([models.ValueMap(options=_shown(texts))])
    if panel.top is not None:
        made = made.min(0).max(panel.top)
    for query, letter in zip(panel.queries, "ABCDEF", strict=False):
        made = made.with_target(_target(query, letter, panel, texts))
        if query.dashed:
            dashes = {"fill": "dash", "dash": [8, 6]}
            made = made.override_by_query(letter, [models.DynamicConfigValue(id_val="custom.lineStyle", value=dashes)])
    for transformation in _transformations(panel, texts):
        made = made.with_transformation(transformation)
    return made


def _thresholds(panel: Panel) -> builders.ThresholdsConfig:
    steps = [models.Threshold(value=one.value, color=one.colour) for one in panel.steps]
    return (
        builders.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps(steps or [models.Threshold(value=None, color="blue")])
    )


def _target(query: Query, letter: str, panel: Panel, texts: Texts) -> prometheus.Dataquery:
    made = (
        prometheus.Dataquery()
        .expr(query.expr)
        .ref_id(letter)
        .legend_format(texts.legend(query.legend) or "__auto")
        .datasource(DATASOURCE)
        .format(PromQueryFormat.TABLE if panel.kind in IN_COLUMNS else PromQueryFormat.TIME_SERIES)
    )
    return made.instant() if query.instant else made.range()


def _transformations(panel: Panel, texts: Texts) -> Iterator[models.DataTransformerConfig]:
    """Codes become names; a table's columns bear the texts' titles."""
    if panel.kind in IN_COLUMNS:
        columns = {**texts.columns, "Value": texts.phrases["value"]}
        if len(panel.queries) > 1:
            named = zip(panel.queries, "ABCDEF", strict=False)
            columns |= {f"Value #{letter}": texts.legend(query.legend.partition(" ")[0]) for query, letter in named}
        if panel.kind == "geomap":
            columns = {}
        yield models.DataTransformerConfig(id_val="merge", options={})
        hidden = {"excludeByName": {"Time": True}, "renameByName": columns}
        yield models.DataTransformerConfig(id_val="organize", options=hidden)
        return
    legends = " ".join(query.legend for query in panel.queries)
    renamings = {"clock": texts.clocks, "district": texts.districts}
    for label, names in renamings.items():
        for code, name in names.items() if label in legends else ():
            renamed = {"regex": f"/{code}/", "renamePattern": name}
            yield models.DataTransformerConfig(id_val="renameByRegex", options=renamed)


def _shown(texts: Texts) -> dict[str, models.ValueMappingResult]:
    return {code: models.ValueMappingResult(text=name) for code, name in texts.codes().items()}


def _stat() -> stat.Panel:
    return (
        stat.Panel()
        .color_mode(options.BigValueColorMode.BACKGROUND)
        .graph_mode(options.BigValueGraphMode.NONE)
        .text_mode(options.BigValueTextMode.VALUE_AND_NAME)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )


def _lines() -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).placement(options.LegendPlacement.BOTTOM)
    return (
        timeseries.Panel()
        .line_width(2)
        .fill_opacity(8)
        .span_nulls(120_000)
        .legend(legend.display_mode(options.LegendDisplayMode.LIST))
        .color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
    )


def _bars() -> bargauge.Panel:
    return (
        bargauge.Panel()
        .orientation(options.VizOrientation.HORIZONTAL)
        .display_mode(options.BarGaugeDisplayMode.GRADIENT)
        .value_mode(options.BarGaugeValueMode.COLOR)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )


def _map() -> geomap.Panel:
    markers = common.MapLayerOptions().type("markers").name("districts")
    markers = markers.location(
        common.FrameGeometrySource()
        .mode(options.FrameGeometrySourceMode.COORDS)
        .latitude("latitude")
        .longitude("longitude")
    )
    return geomap.Panel().view(geomap.MapViewConfig().lat(LATITUDE).lon(LONGITUDE).zoom(ZOOM)).layers([markers])


_BUILDERS = {"stat": _stat, "timeseries": _lines, "table": table.Panel, "bargauge": _bars, "geomap": _map}


def _links(texts: Texts) -> builders.DashboardLink:
    """To the other dashboards of the language, with the time range and the variables of this one."""
    made = builders.DashboardLink(texts.phrases["dashboards"]).type(models.DashboardLinkType.DASHBOARDS)
    return made.tags(["janseva", texts.language]).as_dropdown(True).keep_time(True).include_vars(True)


def _marks(key: str, expr: str, colour: str, texts: Texts) -> builders.AnnotationQuery:
    return (
        builders.AnnotationQuery()
        .name(texts.phrases[key])
        .datasource(DATASOURCE)
        .enable(True)
        .icon_color(colour)
        .expr(expr)
    )


def _variables(board: Board, texts: Texts) -> Iterator[Any]:
    yield builders.DatasourceVariable("datasource").label("Prometheus").type("prometheus")
    for name in board.variables:
        if name == "window":
            yield (
                builders.CustomVariable(name)
                .label(texts.phrases[name])
                .values(",".join(WINDOWS))
                .current(models.VariableOption(text="1d", value="1d"))
            )
        else:
            yield (
                builders.QueryVariable(name)
                .label(texts.phrases[name])
                .datasource(DATASOURCE)
                .query(VALUES[name])
                .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
                .multi(True)
                .include_all(True)
                .all_value(".*")
            )


VALUES = {
    "district": "label_values(janseva_sla_clocks_open, district)",
    "station": 'label_values(janseva_sla_station_rounds{district=~"$district"}, station)',
}
