/* Forms are sent without leaving the page: a refusal is said under the form, and what was typed stays. */
(function () {
  var WORDS = {
    401: "You are signed out. Copy what you typed, then sign in again.",
    403: "The form is too old or came from elsewhere. Copy what you typed, then open the page again.",
    503: "The decisions cannot be written just now. What you typed is still here; see whether it is there already before you send it again.",
    413: "That is too large to be taken. Send something smaller."
  };

  function placeFiles() {
    document.querySelectorAll(".file-field:not(:has(input))").forEach(function (place) {
      var field = document.createElement("input");
      field.type = "file";
      field.name = place.dataset.name;
      field.id = place.dataset.key;
      field.required = true;
      place.appendChild(field);
    });
  }
  new MutationObserver(placeFiles).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.classList.contains("form")) return;
    event.preventDefault();
    var button = form.querySelector("button[type=submit]");
    var refusal = form.querySelector(".refusal");
    if (button.disabled) return;
    button.disabled = true;
    refusal.textContent = "";

    function refuse(words) {
      button.disabled = false;
      refusal.textContent = words;
      refusal.scrollIntoView({ block: "nearest" });
    }

    // a hidden field is named "action", so the address must be read as an attribute
    window.fetch(form.getAttribute("action"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: form.querySelector("input[type=file]") ? new FormData(form) : new URLSearchParams(new FormData(form))
    }).then(function (answer) {
      if ((answer.headers.get("Content-Type") || "").indexOf("application/json") !== 0) {
        refuse(WORDS[answer.status] || "The server did not take it. What you typed is still here.");
        return null;
      }
      return answer.json().then(function (said) {
        if (said.refusal) return refuse(said.refusal);
        window.plimsollForms.forget();
        window.location.assign(said.href);
      });
    }).catch(function () {
      refuse("The server cannot be reached. What you typed is still here.");
    });
  });
})();
