/* Words that were typed and not sent are not thrown away unasked. They are about people, so they are kept nowhere:
   whoever leaves a changed form is asked, by a link, by Back, by another deployment, and when the window closes. */
(function () {
  var QUESTION = "What you wrote in a form here is not sent, and leaving loses it. Leave without it?";
  var begun = new WeakMap(); // forms that somebody entered, with what stood in them then
  var place = null; // the address at which the form stands

  function read(form) {
    return JSON.stringify(Array.from(new FormData(form), function (field) {
      return [field[0], field[1] instanceof File ? field[1].name : field[1]];
    }));
  }

  function isChanged() {
    return Array.from(document.querySelectorAll("form.form")).some(function (form) {
      return begun.has(form) && begun.get(form) !== read(form);
    });
  }

  function forget() { begun = new WeakMap(); }

  function mayLeave() {
    if (isChanged() && !window.confirm(QUESTION)) return false;
    forget();
    return true;
  }

  window.plimsollForms = { forget: forget, mayLeave: mayLeave };

  document.addEventListener("focusin", function (event) {
    var form = event.target.closest("form.form");
    if (!form || begun.has(form)) return;
    begun.set(form, read(form));
    place = window.location.href;
  });

  window.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]");
    var isElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!link || isElsewhere || link.target || link.hasAttribute("download")) return;
    if (link.getAttribute("href")[0] === "#" || mayLeave()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  window.addEventListener("popstate", function (event) {
    var isHere = place && place.split("#")[0] === window.location.href.split("#")[0];
    if (isHere || mayLeave()) return;
    event.stopImmediatePropagation();
    window.history.pushState(null, "", place); // the browser went already, so it is led back
  }, true);

  window.addEventListener("beforeunload", function (event) {
    if (isChanged()) event.preventDefault();
  });
})();
