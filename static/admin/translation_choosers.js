// Where the choosers are that translators use (wagtail-localize's editor reads this).
"use strict";

{
  const { images, documents, pages } = document.currentScript.dataset;
  window.chooserUrls ??= { imageChooser: images, documentChooser: documents, pageChooser: pages };
}
