// The lists of filters would push every result off a phone's screen: there they start closed.
if (matchMedia("(max-width: 60rem)").matches) {
  for (const box of document.querySelectorAll("details.filters[open], details.legend[open]")) box.open = false;
}
