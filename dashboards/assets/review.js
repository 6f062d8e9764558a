/* The review desk: keys, the veil over the text, and one question at a time to the server (/ask/review).
   Text is put in as text, never as markup. What was chosen and not submitted stays in this tab alone. */
(function () {
  var PATIENCE = 30000; // milliseconds for an answer of the server
  var NO_ANSWER = "The server did not answer.";
  var desk = null; // what belongs to the desk that is on the screen now
  var chosen = {}; // levels by item, for when it comes back: after another page, or after its time

  function byId(name) { return document.getElementById("review-" + name); }

  function show(name, words) { byId(name).textContent = words || ""; }

  /* One question; `refuse` gets the server's words, or none where it did not answer. */
  function send(action, fields, then, refuse) {
    var mine = desk;
    var form = new URLSearchParams(Object.assign(
      { csrf_token: byId("token").value, action: action, item: desk.item ? desk.item.id : "" }, fields
    ));
    window.fetch(mine.root.getAttribute("data-ask"), {
      method: "POST", headers: { Accept: "application/json" }, body: form, signal: AbortSignal.timeout(PATIENCE)
    }).then(function (answer) {
      if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
      return answer.json();
    }).catch(function () {
      return { refusal: NO_ANSWER };
    }).then(function (said) {
      if (mine !== desk) return;
      if (said.refusal) refuse(said.refusal);
      else then(said);
    });
  }

  function ask(action, fields, then) {
    if (desk.isBusy) return;
    desk.isBusy = true;
    show("refusal", "");
    function free(next) {
      return function (said) { desk.isBusy = false; next(said); };
    }
    send(action, fields, free(then), free(look));
  }

  /* After a refusal: what is not open here any more goes from the screen, and what is open instead comes. */
  function look(words) {
    var item = desk.item;
    show("refusal", words === NO_ANSWER ? NO_ANSWER + " What you chose is still here." : words);
    if (item && words !== NO_ANSWER) send("resume", {}, function (said) {
      if (desk.item !== item || (said.item && said.item.id === item.id)) return;
      arrive(said);
      show("refusal", words);
    }, function () {});
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
    desk.answers = (item && chosen[item.id]) || {};
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
    byId("text").lang = /^[a-z]{2,3}(-|$)/i.test(item.language) ? item.language : "";
    show("purpose", item.words);
    byId("flag").setAttribute("aria-pressed", String(item.is_flagged));
    dispute(item.answers_so_far);
    press();
    move(0, true);
    byId("rubric").scrollTop = 0;
    desk.timer = window.setTimeout(function () {
      pause();
      look("Its time is over; somebody else may have it now. What you chose is kept in case you get it again.");
    }, (item.seconds + 1) * 1000);
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
    var item = desk.item;
    ask("open", {}, function (said) {
      if (desk.item !== item) return; // its time was over meanwhile
      desk.isOpen = true;
      desk.read = item.id;
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
        words.dir = "auto"; // by its first letter, so that a right-to-left language reads as it is written
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
      var seen = desk.answers[row.getAttribute("data-signal")];
      row.classList.toggle("is-seen", seen !== undefined);
      row.querySelectorAll(".level").forEach(function (button) {
        button.setAttribute("aria-pressed", String(String(seen) === button.getAttribute("data-level")));
      });
    });
    show("summary", "Your label: " + say(desk.answers) + ".");
  }

  function choose(row, level) {
    var name = row.getAttribute("data-signal");
    if (desk.answers[name] === level) delete desk.answers[name];
    else desk.answers[name] = level;
    chosen[desk.item.id] = desk.answers;
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
    leave("label", { answers: JSON.stringify(desk.answers) });
  }

  function flag() {
    if (desk.item) ask("flag", {}, function () { byId("flag").setAttribute("aria-pressed", "true"); });
  }

  function give(action) { if (desk.item) leave(action, {}); }

  function leave(action, fields) {
    var item = desk.item.id;
    ask(action, fields, function (said) { delete chosen[item]; arrive(said); });
  }

  /* a person may be in danger now */
  function alert() {
    var item = desk.item ? desk.item.id : desk.read;
    if (!item) return;
    byId("alert").setAttribute("data-item", item);
    show("alert-title", byId("alert").getAttribute("data-title"));
    show("alert-words",
      (desk.item ? "" : "About the conversation that you read last. ") + byId("alert").getAttribute("data-words"));
    show("protocol", "");
    byId("locate").replaceChildren();
    byId("alert-yes").hidden = false;
    show("alert-no", "Back");
    byId("alert").showModal();
    byId("alert-yes").focus();
  }

  /* It waits for no other question, and what goes wrong is said in the dialog, where it can be pressed again. */
  function page() {
    var dialog = byId("alert");
    byId("alert-yes").disabled = true;
    send("danger", { item: dialog.getAttribute("data-item") }, function (said) {
      byId("alert-yes").disabled = false;
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
    }, function (words) {
      byId("alert-yes").disabled = false;
      show("alert-words", words + " No call is known to have left: try again, or call them yourself.");
      byId("alert-yes").focus();
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

  window.addEventListener("beforeunload", function (event) {
    if (desk && Object.keys(desk.answers).length) event.preventDefault();
  });

  document.addEventListener("visibilitychange", function () {
    if (desk && document.hidden) pause();
  });

  function begin(root) {
    desk = { root: root, item: null, read: "", answers: {}, isOpen: false, isBusy: false, place: 0, timer: 0 };
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
      if (!event.target.matches(":focus-visible")) return; // a press: moved now, the button would leave the pointer
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
