/* Light or dark: what the reader chose, else what the system prefers. Runs before anything is drawn. */
(function () {
  var name = "plimsoll_scheme";
  var found = document.cookie.match(/(?:^|; )plimsoll_scheme=(light|dark)/);
  var scheme = found ? found[1] : window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";

  function keep(chosen) {
    document.cookie = name + "=" + chosen + "; path=/; max-age=31536000; samesite=lax";
    document.documentElement.setAttribute("data-mantine-color-scheme", chosen);
    document.documentElement.setAttribute("data-ag-theme-mode", chosen);
  }

  keep(scheme);
  window.plimsollKeepScheme = keep;
})();
