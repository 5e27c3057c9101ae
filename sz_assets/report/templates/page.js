"use strict";
/* Language and theme, folds, long tables, printing, and where a number comes from.
   Everything that it adds is left out without it: then both languages and all rows are shown. */
(function () {
  var root = document.documentElement;
  var CHOICES = { lang: ["zh", "en", "both"], theme: ["light", "dark", "auto"] };
  var ROWS_SHOWN = 12, ROWS_LONG = 15;

  function stored(name, value) {
    try {
      if (value === undefined) return localStorage.getItem("sz-" + name);
      localStorage.setItem("sz-" + name, value);
    } catch (refused) { /* a reader may forbid it: then nothing is remembered */ }
    return null;
  }
  function asked(name) {
    var found = new RegExp("[?&#]" + name + "=([a-z]+)").exec(location.search + location.hash);
    return found && found[1];
  }
  function first(name) {
    var guess = name === "lang" ? (/^zh/i.test(navigator.language) ? "zh" : "en") : "auto";
    return [asked(name), stored(name), guess].find(function (value) {
      return CHOICES[name].indexOf(value) >= 0;
    });
  }
  function choose(name, value) {
    root.setAttribute("data-" + name, value);
    if (name === "lang") {
      root.lang = value === "en" ? "en" : "zh-CN";
      var zh = root.dataset.titleZh, en = root.dataset.titleEn;
      document.title = value === "zh" ? zh : value === "en" ? en : zh === en ? zh : zh + " " + en;
    }
    document.querySelectorAll('[data-choose="' + name + '"]').forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.value === value));
    });
  }
  Object.keys(CHOICES).forEach(function (name) { choose(name, first(name)); });

  function make(tag, attributes) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      element.setAttribute(name, attributes[name]);
    });
    return element;
  }
  function say(element, zh, en) {
    element.replaceChildren();
    [["zh", zh], ["en", en]].forEach(function (part) {
      var span = make("span", { class: part[0], lang: part[0] });
      span.textContent = part[1];
      element.append(span, " ");
    });
  }

  function switches() {
    document.querySelector(".bar").hidden = false;
    Object.keys(CHOICES).forEach(function (name) { choose(name, root.getAttribute("data-" + name)); });
    document.addEventListener("click", function (event) {
      var button = event.target.closest("[data-choose]");
      if (!button) return;
      choose(button.dataset.choose, button.dataset.value);
      stored(button.dataset.choose, button.dataset.value);
    });
    addEventListener("hashchange", function () {
      Object.keys(CHOICES).forEach(function (name) {
        if (CHOICES[name].indexOf(asked(name)) >= 0) choose(name, asked(name));
      });
    });
  }

  function longTables() {
    document.querySelectorAll("table[data-long]").forEach(function (table, number) {
      var rows = table.tBodies[0].rows.length;
      if (table.tBodies.length > 1 || rows <= ROWS_LONG) return;
      table.id = table.id || "long-" + number;
      table.classList.add("short");
      var button = make("button", { type: "button", class: "more", "aria-controls": table.id });
      function show() {
        var isShort = table.classList.contains("short");
        button.setAttribute("aria-expanded", String(!isShort));
        if (isShort) say(button, "显示全部 " + rows + " 行", "Show all " + rows + " rows");
        else say(button, "只显示前 " + ROWS_SHOWN + " 行", "Show the first " + ROWS_SHOWN + " rows");
      }
      button.addEventListener("click", function () { table.classList.toggle("short"); show(); });
      table.addEventListener("reveal", function () { table.classList.remove("short"); show(); });
      show();
      table.parentElement.after(button);
    });
  }

  /* A link may lead into a fold or to a hidden row: open what is around it. */
  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    if (!target) return;
    for (var fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    var table = target.closest("table.short");
    if (table) table.dispatchEvent(new Event("reveal"));
    target.scrollIntoView();
  }

  function contents() {
    var fold = document.querySelector("details.contents");
    if (!fold) return;
    var wide = matchMedia("(min-width: 1200px)");
    function fit() { fold.open = wide.matches; }
    wide.addEventListener("change", fit);
    fit();
    fold.addEventListener("click", function (event) {
      if (event.target.closest("a") && !wide.matches) fold.open = false;
    });
  }

  function printing() {
    var opened = [];
    addEventListener("beforeprint", function () {
      opened = Array.from(document.querySelectorAll("details:not([open])"));
      opened.forEach(function (fold) { fold.open = true; });
    });
    addEventListener("afterprint", function () {
      opened.forEach(function (fold) { fold.open = false; });
    });
  }

  /* Where a number comes from: `data-t="table|key|column"`, or the id of a row of a table. */
  function decoded(part) {
    return part.replace(/\.([0-9a-f]+)\./g, function (all, code) {
      return String.fromCodePoint(parseInt(code, 16));
    });
  }
  var held = {};
  function origin(element) {
    var told = element.closest("[data-t]");
    if (told) {
      var parts = told.dataset.t.split("|");
      return { element: told, table: parts[0], key: parts[1], column: parts[2], title: parts[2] };
    }
    var cell = element.closest("td, tbody th"), row = cell && cell.closest("tr");
    var id = cell && (cell.id || row.id);
    if (!id || id.indexOf("--") < 0) return null;
    var heads = cell.closest("table").tHead;
    var head = heads && heads.rows[0].cells[cell.cellIndex];
    var ids = id.split("--");
    return {
      element: cell, table: held[ids[0]] || ids[0], key: ids.slice(1).map(decoded).join(", "), column: "",
      title: head ? head.innerText.replace(/\s+/g, " ").trim() : ""
    };
  }
  function tracing() {
    var run = root.querySelector("[data-run]");
    if (!run) return;
    run.dataset.tables.split(" ").forEach(function (pair) {
      held[pair.split("=")[0]] = pair.split("=")[1];
    });
    var panel = make("aside", { class: "trace", "aria-label": "数字来源 Where the number comes from" });
    var text = make("span", { role: "status" }), link = make("a"), shown = null;
    say(link, "字段说明", "dictionary");
    panel.append(text, " ", link);
    panel.hidden = true;
    document.body.append(panel);
    function show(found) {
      if (shown) shown.classList.remove("traced");
      shown = found && found.element;
      panel.hidden = !found;
      if (!found) return;
      shown.classList.add("traced");
      text.textContent = [found.table, found.key, found.title, "run " + run.dataset.run]
        .filter(Boolean).join(" · ");
      link.href = run.dataset.dictionary + "#" + found.table + (found.column ? "." + found.column : "");
    }
    var main = document.getElementById("main");
    main.addEventListener("pointerover", function (event) {
      if (panel.contains(document.activeElement)) return;
      var found = origin(event.target);
      if (found) show(found);
    });
    main.addEventListener("click", function (event) {
      var found = origin(event.target);
      if (found) show(found);
    });
    main.addEventListener("focusin", function (event) { show(origin(event.target)); });
    /* One stop of the tabulator for each table, arrows from cell to cell, Enter to the link. */
    function cells(table) {
      return Array.from(table.querySelectorAll(
        "[data-t], tbody tr[id*='--'] > *, tbody td[id*='--']"
      )).filter(function (cell) { return cell.offsetParent; });
    }
    document.querySelectorAll("[data-t][title]").forEach(function (cell) {
      cell.removeAttribute("title");
    });
    document.querySelectorAll("main table").forEach(function (table) {
      var cell = table.querySelector("[data-t], tbody tr[id*='--'] > *, tbody td[id*='--']");
      if (cell) cell.tabIndex = 0;
    });
    document.querySelectorAll("main [data-t]").forEach(function (number) {
      if (!number.closest("table") && number.tagName !== "A") number.tabIndex = 0;
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && !panel.hidden) {
        if (panel.contains(document.activeElement)) shown.focus();
        show(null);
        return;
      }
      var cell = document.activeElement;
      var found = event.key === "Enter" && cell !== shown && main.contains(cell) && origin(cell);
      if (found && found.element === cell && cell.tagName !== "A") { show(found); return; }
      if (event.key === "Enter" && cell === shown && cell.tagName !== "A") { link.focus(); return; }
      var step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      var table = step && cell === shown && cell.closest("table");
      if (!table) return;
      var all = cells(table), here = all.indexOf(cell), next = null;
      if (/Right|Left/.test(event.key)) next = all[here + step];
      else {
        var row = cell.parentElement;
        do { row = step > 0 ? row.nextElementSibling : row.previousElementSibling; }
        while (row && !row.offsetParent);
        next = row && all.find(function (one) {
          return one.parentElement === row && one.cellIndex === cell.cellIndex;
        });
      }
      if (!next) return;
      event.preventDefault();
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    switches();
    contents();
    longTables();
    printing();
    tracing();
    reveal();
    addEventListener("hashchange", reveal);
  });
})();
