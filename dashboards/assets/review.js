/* The review desk: keys, the veil over the text, and one question at a time to the server (/ask/review).
   Text is put in as text, never as markup. Nothing is kept when the page is left. */
(function () {
  var desk = null; // what belongs to the desk that is on the screen now

  function byId(name) { return document.getElementById("review-" + name); }

  function show(name, words) { byId(name).textContent = words || ""; }

  function ask(action, fields, then) {
    if (desk.isBusy) return;
    desk.isBusy = true;
    show("refusal", "");
    var mine = desk;
    var form = new URLSearchParams(Object.assign(
      { csrf_token: byId("token").value, action: action, item: desk.item ? desk.item.id : "" }, fields || {}
    ));
    window.fetch(mine.root.getAttribute("data-ask"), {
      method: "POST", headers: { Accept: "application/json" }, body: form
    }).then(function (answer) {
      if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (said) {
      mine.isBusy = false;
      if (mine !== desk) return;
      if (said.refusal) show("refusal", said.refusal);
      else then(said);
    }).catch(function () {
      mine.isBusy = false;
      if (mine === desk) show("refusal", "The server did not answer. What you chose is still here.");
    });
  }

  function signals() { return Array.from(byId("rubric").querySelectorAll(".signal")); }

  function titleOf(name) {
    var found = byId("rubric").querySelector('[data-signal="' + name + '"]');
    return found ? found.getAttribute("data-title") : name.replace(/_/g, " ");
  }

  function say(answers) {
    var names = Object.keys(answers).sort();
    return names.map(function (name) {
      return titleOf(name) + (answers[name] ? " " + answers[name] : "");
    }).join(", ") || "nothing seen";
  }

  /* the item */
  function arrive(said) {
    var item = said.item;
    desk.item = item;
    desk.answers = {};
    desk.isOpen = false;
    window.clearTimeout(desk.timer);
    byId("text").replaceChildren();
    cover(true, "Blurred. Open it when you are ready.");
    draw(said.pace);
    byId("panes").hidden = byId("bar").hidden = !item;
    byId("start").hidden = Boolean(item);
    if (said.previous) tell(said.previous);
    else show("said", "");
    if (!item) {
      if (said.nothing) { show("start-title", "Nothing more for now"); show("start-words", said.nothing); }
      byId("next").focus();
      return;
    }
    show("item", item.language + ", yours until " + item.until);
    show("purpose", item.words);
    byId("flag").setAttribute("aria-pressed", String(item.is_flagged));
    dispute(item.answers_so_far);
    press();
    move(0, true);
    byId("rubric").scrollTop = 0;
    desk.timer = window.setTimeout(function () {
      pause();
      show("refusal", "Its time is over; somebody else may have it now. Take the next one when you are ready.");
    }, item.seconds * 1000);
    byId("open").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  function draw(pace) {
    var words = pace.labelled + " labelled today, " + pace.severe + " of " + pace.limit + " severe, " +
      pace.waiting + " wait for you. Only you see this.";
    if (pace.is_rest_due) words = "You have read for " + pace.minutes + " minutes. A rest of ten would do you good. " + words;
    show("pace", words);
    byId("pace").classList.toggle("is-rest-due", pace.is_rest_due);
  }

  function tell(previous) {
    show("said", "Done (" + previous.state.replace(/_/g, " ") + "). You: " + say(previous.answers) +
      ". The detectors: " + say(previous.verdict) + ".");
  }

  function dispute(answers) {
    var list = byId("dispute");
    list.hidden = answers.length === 0;
    list.replaceChildren();
    answers.forEach(function (one, place) {
      var line = document.createElement("li");
      line.textContent = (place ? "The other saw: " : "One saw: ") + say(one) + ".";
      list.append(line);
    });
    signals().forEach(function (row) {
      var name = row.getAttribute("data-signal");
      var seen = answers.map(function (one) { return one[name] === undefined ? "" : String(one[name]); });
      row.classList.toggle("is-disputed", seen.some(function (level) { return level !== seen[0]; }));
    });
  }

  /* the veil */
  function cover(isCovered, words) {
    byId("veil").hidden = !isCovered;
    var text = byId("text");
    text.classList.toggle("is-blurred", isCovered);
    text.setAttribute("aria-hidden", String(isCovered));
    text.inert = isCovered;
    if (words) show("veil-words", words);
    byId("pause").setAttribute("aria-pressed", String(isCovered && desk.isOpen));
  }

  function pause() {
    if (desk.isOpen) cover(true, "Paused. Take your time.");
  }

  function open() {
    if (!desk.item) return;
    if (desk.isOpen) { cover(false); byId("text").focus(); return; }
    ask("open", {}, function (said) {
      desk.isOpen = true;
      var lines = [];
      said.messages.forEach(function (message, place) {
        if (!place || message.day !== said.messages[place - 1].day) {
          var day = document.createElement("li");
          day.className = "spoken-day";
          day.textContent = message.day + (place ? "" : ", times of " + said.zone);
          lines.push(day);
        }
        var line = document.createElement("li");
        line.className = "spoken spoken-" + message.role.replace(/[^a-z]/g, "");
        var who = document.createElement("span");
        who.className = "spoken-who";
        who.textContent = message.role + " " + message.sent_at;
        var words = document.createElement("p");
        words.textContent = message.text;
        line.append(who, words);
        lines.push(line);
      });
      byId("text").replaceChildren.apply(byId("text"), lines);
      cover(false);
      byId("text").scrollTop = 0;
      byId("text").focus({ preventScroll: true });
    });
  }

  /* the rubric */
  function move(step, isFirst) {
    var rows = signals();
    desk.place = isFirst ? 0 : Math.min(Math.max(desk.place + step, 0), rows.length - 1);
    rows.forEach(function (row, place) { row.classList.toggle("is-here", place === desk.place); });
    if (!isFirst) rows[desk.place].scrollIntoView({ block: "nearest" });
  }

  function press() {
    signals().forEach(function (row) {
      var chosen = desk.answers[row.getAttribute("data-signal")];
      row.classList.toggle("is-seen", chosen !== undefined);
      row.querySelectorAll(".level").forEach(function (button) {
        button.setAttribute("aria-pressed", String(String(chosen) === button.getAttribute("data-level")));
      });
    });
    show("summary", "Your label: " + say(desk.answers) + ".");
  }

  function choose(row, level) {
    var name = row.getAttribute("data-signal");
    if (desk.answers[name] === level) delete desk.answers[name];
    else desk.answers[name] = level;
    press();
  }

  function chooseByKey(digit) {
    var row = signals()[desk.place];
    var levels = Array.from(row.querySelectorAll(".level")).map(function (button) {
      return Number(button.getAttribute("data-level"));
    });
    if (levels.length === 1 && digit > 0) choose(row, levels[0]);
    else if (levels.indexOf(digit) >= 0) choose(row, digit);
    else show("summary", titleOf(row.getAttribute("data-signal")) + " has the levels " + levels.join(", ") + ".");
  }

  function drop() {
    delete desk.answers[signals()[desk.place].getAttribute("data-signal")];
    press();
  }

  function submit() {
    if (!desk.item) { ask("next", {}, arrive); return; }
    if (!desk.isOpen) { show("refusal", "Open the conversation first, or pass it on."); return; }
    ask("label", { answers: JSON.stringify(desk.answers) }, arrive);
  }

  function flag() {
    if (desk.item) ask("flag", {}, function () { byId("flag").setAttribute("aria-pressed", "true"); });
  }

  function give(action) { if (desk.item) ask(action, {}, arrive); }

  /* a person may be in danger now */
  function alert() {
    if (!desk.item) return;
    show("alert-title", byId("alert").getAttribute("data-title"));
    show("alert-words", byId("alert").getAttribute("data-words"));
    show("protocol", "");
    byId("locate").replaceChildren();
    byId("alert-yes").hidden = false;
    show("alert-no", "Back");
    byId("alert").showModal();
    byId("alert-yes").focus();
  }

  function page() {
    ask("danger", {}, function (said) {
      show("alert-title", said.title);
      show("alert-words", said.words);
      show("protocol", said.protocol);
      var link = document.createElement("a");
      link.href = said.href;
      link.textContent = said.may_locate ? "Open the incident, and locate the person" : "Open the incident";
      byId("locate").replaceChildren(link);
      byId("alert-yes").hidden = true;
      show("alert-no", "Go on");
      byId("alert-no").focus();
    });
  }

  var KEYS = {
    o: function () { open(); },
    p: function () { if (desk.isOpen && !byId("veil").hidden) open(); else pause(); },
    j: function () { move(1); },
    k: function () { move(-1); },
    x: function () { drop(); },
    f: flag,
    l: function () { give("pass"); },
    i: function () { give("know"); },
    d: alert,
    enter: function () { submit(); },
    "?": function () { byId("help").showModal(); }
  };

  document.addEventListener("keydown", function (event) {
    if (!desk || !desk.root.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var key = event.key.toLowerCase();
    if (key === "enter" && event.target.closest("button, a, summary")) return; // the button itself is meant
    if (event.repeat && key !== "j" && key !== "k") return;
    if (/^[0-9]$/.test(key) && desk.item) chooseByKey(Number(key));
    else if (KEYS[key]) KEYS[key]();
    else return;
    event.preventDefault();
  });

  document.addEventListener("visibilitychange", function () {
    if (desk && document.hidden) pause();
  });

  function begin(root) {
    desk = { root: root, item: null, answers: {}, isOpen: false, isBusy: false, place: 0, timer: 0 };
    var clicks = {
      next: submit, submit: submit, open: open, pause: KEYS.p, flag: flag, danger: alert, keys: KEYS["?"],
      pass: KEYS.l, know: KEYS.i, "alert-yes": page,
      "alert-no": function () { byId("alert").close(); },
      "help-close": function () { byId("help").close(); }
    };
    Object.keys(clicks).forEach(function (name) {
      byId(name).addEventListener("click", function () { clicks[name](); });
    });
    byId("rubric").addEventListener("click", function (event) {
      var row = event.target.closest(".signal");
      if (!row) return;
      desk.place = signals().indexOf(row);
      move(0);
      var button = event.target.closest(".level");
      if (button) choose(row, Number(button.getAttribute("data-level")));
    });
    byId("rubric").addEventListener("focusin", function (event) {
      var row = event.target.closest(".signal");
      if (row) { desk.place = signals().indexOf(row); move(0); }
    });
    byId("text").tabIndex = 0;
    ask("resume", {}, arrive);
  }

  new MutationObserver(function () {
    var root = document.getElementById("review-desk");
    if (root && (!desk || desk.root !== root)) begin(root);
    else if (!root && desk) { window.clearTimeout(desk.timer); desk = null; }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
