/* What the browser does by itself: scheme, deployment switcher, rail on narrow screens, arriving on a page. */
var before = null; // where the reader was: a filter keeps the focus, a new page moves it

function markBusy(isBusy) {
  var page = document.getElementById("page");
  if (page) page.setAttribute("aria-busy", String(isBusy));
}

function sayWhatIsShown(title) {
  var chosen = Array.from(document.querySelectorAll("#ranges .is-chosen, #page .segment.is-chosen, #page .chip"));
  var words = chosen.map(function (one) { return one.textContent.replace(/ \(chosen\)| remove this filter/, ""); });
  document.getElementById("arrived").textContent = [title].concat(words).join(", ");
}

window.dash_clientside = Object.assign({}, window.dash_clientside, {
  plimsoll: {
    switchScheme: function (clicks, scheme) {
      if (!clicks) return window.dash_clientside.no_update;
      var chosen = scheme === "dark" ? "light" : "dark";
      window.plimsollKeepScheme(chosen);
      return chosen;
    },

    applyScheme: function (scheme, figures) {
      return [scheme, figures.map(function (both) { return both[scheme]; })];
    },

    openDeployment: function (deployment, shown, search) {
      if (!deployment || deployment === shown) return window.dash_clientside.no_update;
      if (!window.plimsollForms.mayLeave()) {
        window.dash_clientside.set_props("deployment", { value: shown });
        return window.dash_clientside.no_update;
      }
      var query = new URLSearchParams(search || "");
      var kept = new URLSearchParams();
      ["range", "period"].forEach(function (name) {
        if (query.get(name)) kept.set(name, query.get(name));
      });
      kept.set("deployment", deployment);
      return "?" + kept.toString();
    },

    toggleRail: function (opened) {
      return opened ? "rail-open" : "";
    },

    arrive: function (title, shown) {
      if (!title) return window.dash_clientside.no_update;
      document.title = title + " · Plimsoll";
      var query = new URLSearchParams(window.location.search);
      if (shown && !query.get("deployment")) { // so that the address, sent on, shows others the same
        query.set("deployment", shown);
        var named = window.location.pathname + "?" + query.toString() + window.location.hash;
        window.history.replaceState(window.history.state, "", named);
      }
      var opened = ["item", "risk", "indicator", "incident", "alarm", "finding"].map(function (name) {
        return query.get(name) || "";
      }).find(Boolean) || "";
      var place = window.location.pathname;
      if (before && (before.place !== place || (opened && before.opened !== opened))) {
        window.scrollTo(0, 0);
        window.setTimeout(function () {
          (document.querySelector(".details") || document.getElementById("main")).focus({ preventScroll: true });
          var named = document.getElementById(window.location.hash.slice(1));
          if (named) named.scrollIntoView();
        }, 50);
      }
      window.setTimeout(markBusy, 50, false);
      if (before) window.setTimeout(sayWhatIsShown, 50, title); // the first page is told by its title
      before = { place: place, opened: opened };
      return false;
    }
  }
});

/* A session that has ended answers 401: go and sign in instead of showing a page that does nothing.
   A form says so itself, because what was typed would be lost. */
(function () {
  var send = window.fetch;
  var root = document.documentElement.getAttribute("data-root");
  var NO_ANSWER = "The server did not answer. What stands here may be old, and is not the page that you asked for.";

  function tell(words) {
    var said = document.getElementById("trouble");
    if (said) said.remove();
    if (!words) return;
    said = document.createElement("div");
    said.id = "trouble";
    said.className = "message message-error trouble";
    said.setAttribute("role", "alert");
    var again = document.createElement("button");
    again.type = "button";
    again.className = "button";
    again.textContent = "Try again";
    again.addEventListener("click", function () { window.location.reload(); });
    said.append(words + " ", again);
    document.body.append(said);
  }

  window.fetch = function (address) {
    var isPage = String(address).indexOf("/_dash-update-component") >= 0;
    var isForm = String(address).indexOf(root + "/send/") === 0;
    if (isPage) markBusy(true);
    return send.apply(this, arguments).then(function (answer) {
      if (answer.status === 401 && !isForm) {
        window.location.assign(root + "/sign-in?next=" + encodeURIComponent(window.location.pathname + window.location.search));
      }
      if (isPage) tell(answer.status >= 500 ? NO_ANSWER : "");
      if (isPage && !answer.ok) markBusy(false); // what has come says so when it arrives
      return answer;
    }, function (reason) {
      if (isPage && reason.name !== "AbortError") markBusy(false);
      if (isPage && reason.name !== "AbortError") tell(NO_ANSWER); // a page that was left asks for nothing more
      throw reason;
    });
  };
})();
