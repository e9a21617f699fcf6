// The lists of filters would push every result off a phone's screen: there they start closed.
if (matchMedia("(max-width: 60rem)").matches) {
  for (const box of document.querySelectorAll("details.filters[open], details.legend[open]")) box.open = false;
}
// A number that was followed to its place may stand far to the right of a wide table or page.
const here = document.querySelector(".sheet .here, .sheetpage rect");
const region = here?.closest(".scroll");
if (region) {
  region.scrollLeft += here.getBoundingClientRect().right - region.getBoundingClientRect().left - region.clientWidth * 0.8;
}
