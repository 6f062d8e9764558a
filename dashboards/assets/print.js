/* Before paper: charts are drawn light and as wide as the page, and beside each grid stands a plain table of all
   its rows and columns, for a grid draws only what is in sight. After it everything is as it was. */
(function () {
  var PAPER_WIDTH = 670; // px: A4 and Letter upright, less the margins of print.css and of a card
  var PAPER_HEIGHT = 820; // px: a chart and what it is called on one page
  var changed = []; // charts, each with how it was

  function read(type, name) {
    var found = window.dash_component_api.getLayout({ type: type, index: name });
    return found && found.props;
  }

  function drawChart(chart) {
    var place = chart.closest(".dash-graph");
    var both = place && read("figure-schemes", JSON.parse(place.id).index);
    if (!both) return;
    changed.push({ chart: chart, data: chart.data, layout: chart.layout });
    var light = JSON.parse(JSON.stringify(both.data.light));
    light.layout.width = PAPER_WIDTH;
    light.layout.height = Math.min(light.layout.height, PAPER_HEIGHT);
    window.Plotly.react(chart, light.data, light.layout);
  }

  function nameClass(column) {
    var told = column.getColDef();
    return told.type === "rightAligned" ? "number" : told.valueFormatter ? "day" : "";
  }

  function drawTable(place) {
    var api = window.dash_ag_grid.getApi(place.firstElementChild.id);
    var columns = api.getAllDisplayedColumns();
    var table = document.createElement("table");
    table.className = "table printed-table";
    var head = table.createTHead().insertRow();
    columns.forEach(function (column) {
      var cell = document.createElement("th");
      cell.textContent = api.getDisplayNameForColumn(column, "header");
      cell.className = nameClass(column);
      head.appendChild(cell);
    });
    var body = table.createTBody();
    api.forEachNodeAfterFilterAndSort(function (row) {
      var line = body.insertRow();
      columns.forEach(function (column) {
        var cell = line.insertCell();
        cell.textContent = api.getCellValue({ rowNode: row, colKey: column, useFormatter: true });
        cell.className = nameClass(column);
      });
    });
    place.appendChild(table);
  }

  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".js-plotly-plot").forEach(drawChart);
    document.querySelectorAll(".grid").forEach(drawTable);
  });

  window.addEventListener("afterprint", function () {
    document.querySelectorAll(".printed-table").forEach(function (table) { table.remove(); });
    changed.splice(0).forEach(function (one) { window.Plotly.react(one.chart, one.data, one.layout); });
  });
})();
