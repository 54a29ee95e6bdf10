// The address of a new link: marked as a whole when one enters its field, and copied by the button where browsers let
// pages write to the clipboard, over https and on localhost.
(() => {
  "use strict";

  const address = document.getElementById("share-address");
  const button = document.getElementById("copy-share");
  if (!address) return;
  address.addEventListener("focus", () => address.select());
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const label = button.querySelector("span");
    try {
      await navigator.clipboard.writeText(address.value);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Not copied";
      address.focus();
    }
  });
})();
