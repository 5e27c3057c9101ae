"use strict";
/* The search box: shows the tables and columns that hold all the words asked for. */
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector(".search"), box = document.getElementById("search");
  var found = document.getElementById("found");
  var sections = Array.from(document.querySelectorAll("section.table")).map(function (section) {
    var rows = Array.from(section.querySelectorAll("tbody tr"));
    return {
      section: section,
      link: document.querySelector('.contents a[href="#' + section.id + '"]').parentElement,
      text: Array.from(section.querySelectorAll("h2, h2 + p")).map(function (part) {
        return part.textContent;
      }).join(" ").toLowerCase(),
      rows: rows.map(function (row) { return { row: row, text: row.textContent.toLowerCase() }; })
    };
  });
  var others = ["model", "queries"].map(function (id) { return document.getElementById(id); });

  function search() {
    var asked = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    function holds(text) { return asked.every(function (word) { return text.indexOf(word) >= 0; }); }
    var tables = 0, columns = 0;
    sections.forEach(function (one) {
      var whole = holds(one.text), shown = 0;
      one.rows.forEach(function (row) {
        row.row.hidden = !(whole || holds(row.text));
        shown += !row.row.hidden;
      });
      one.section.hidden = one.link.hidden = !shown;
      tables += Boolean(shown);
      columns += shown;
    });
    others.forEach(function (section) { section.hidden = asked.length > 0; });
    found.replaceChildren();
    if (!asked.length) return;
    [["zh", "表：" + tables + "，列：" + columns],
     ["en", "tables: " + tables + ", columns: " + columns]].forEach(function (part) {
      var span = document.createElement("span");
      span.className = span.lang = part[0];
      span.textContent = part[1];
      found.append(span, " ");
    });
  }
  box.addEventListener("input", search);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  /* A link inside the page must find its target, whatever was searched for. */
  addEventListener("hashchange", function () {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || target.offsetParent) return;
    box.value = "";
    search();
    target.scrollIntoView();
  });
  form.hidden = false;
});
