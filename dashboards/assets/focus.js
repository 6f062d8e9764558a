/* What has the focus keeps it: a choice draws its own control anew, and without this the focus would fall to the
   top of the page. What a form was answered gets it, for that is what its sender waits for. */
(function () {
  var held = null; // the control that has the focus, and how to find the one that is drawn in its stead

  function say(element) {
    return element.getAttribute("aria-label") || element.textContent.replace(" (chosen)", "").replace(" (open)", "");
  }

  function findLike(one) {
    var place = document.getElementById(one.place);
    if (!place) return [];
    return Array.from(place.querySelectorAll(one.tag)).filter(function (other) { return say(other) === one.words; });
  }

  document.addEventListener("focusin", function (event) {
    var element = event.target;
    var around = element.parentElement && element.parentElement.closest("[id]");
    if (!around || element.id === "main") { held = null; return; }
    held = { element: element, id: element.id, place: around.id, tag: element.tagName, words: say(element) };
    held.number = element.id ? 0 : findLike(held).indexOf(element);
  });

  document.addEventListener("focusout", function (event) {
    window.setTimeout(function () { // the reader left it, or it was taken away
      if (held && held.element === event.target && event.target.isConnected) held = null;
    }, 0);
  });

  function keepFocus() {
    if (!held || held.element.isConnected || document.activeElement !== document.body) return;
    var found = held.id ? document.getElementById(held.id) : findLike(held)[held.number];
    if (found) found.focus({ preventScroll: true });
  }

  function showAnswer() {
    var answer = document.querySelector("#page > .message[tabindex]:not([data-is-told])");
    if (!answer) return;
    answer.setAttribute("data-is-told", "");
    answer.focus();
  }

  new MutationObserver(function () { keepFocus(); showAnswer(); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
