"use strict";
/* Charts: pictures at first, drawn as interactive ones when a reader comes near or asks. */
(function () {
  var draws = Promise.resolve();

  /* The library stands in the page as text: most readers never need it run. */
  function library() {
    if (!window.vegaEmbed) {
      var script = document.createElement("script");
      script.textContent = document.getElementById("vega").textContent;
      document.head.append(script);
    }
    return window.vegaEmbed;
  }
  function draw(figure) {
    if (figure.dataset.state !== "picture") return draws;
    figure.dataset.state = "waiting";
    var name = figure.dataset.chart;
    var live = figure.querySelector(".live"), still = figure.querySelector(".static svg");
    draws = draws.then(function () {
      var spec = JSON.parse(document.getElementById("spec-" + name).textContent);
      /* `ast` has expressions interpreted: the page's policy forbids making code of text. */
      return library()(live, spec, {
        mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
        config: { aria: false }, tooltip: { disableDefaultStyle: true }
      });
    }).then(function () {
      var svg = live.querySelector("svg");
      /* One label for the whole, as the picture has: marks are not read one by one. */
      svg.querySelectorAll("[role], [aria-label], [aria-roledescription]").forEach(function (mark) {
        ["role", "aria-label", "aria-roledescription"].forEach(function (name) {
          mark.removeAttribute(name);
        });
      });
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", still.getAttribute("aria-label"));
      show(figure, true);
    }).catch(function (error) {
      figure.dataset.state = "failed";
      console.error("chart " + name + ": " + error);
    });
    return draws;
  }
  function show(figure, isLive) {
    figure.dataset.state = isLive ? "live" : "still";
    figure.parentElement.querySelector(".tools button").setAttribute("aria-pressed", String(isLive));
  }
  document.addEventListener("DOMContentLoaded", function () {
    var figures = Array.from(document.querySelectorAll("figure[data-chart]"));
    figures.forEach(function (figure) {
      figure.dataset.state = "picture";
      var button = figure.parentElement.querySelector(".tools button");
      button.hidden = false;
      button.addEventListener("click", function () {
        var state = figure.dataset.state;
        if (state === "live" || state === "still") show(figure, state === "still");
        else draw(figure);
      });
    });
    if (!window.IntersectionObserver) return;
    var near = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        near.unobserve(entry.target);
        draw(entry.target);
      });
    }, { rootMargin: "300px" });
    figures.forEach(function (figure) { near.observe(figure); });
  });
})();
