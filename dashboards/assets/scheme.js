/* Light or dark: what the reader chose, else what the system prefers. Runs before anything is drawn. */
(function () {
  var name = "plimsoll_scheme";
  var root = document.documentElement.getAttribute("data-root") || "";
  var secure = /s:$/.test(window.location.protocol) ? "; secure" : "";
  var found = document.cookie.match(/(?:^|; )plimsoll_scheme=(light|dark)/);
  var scheme = found ? found[1] : window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";

  function keep(chosen) {
    document.cookie = name + "=" + chosen + "; path=" + root + "/; max-age=31536000; samesite=lax" + secure;
    document.documentElement.setAttribute("data-mantine-color-scheme", chosen);
    document.documentElement.setAttribute("data-ag-theme-mode", chosen);
  }

  keep(scheme);
  window.plimsollKeepScheme = keep;
})();
