// A photo that can't be loaded, or is shown no more, gives way to the initials behind it.

const isPhoto = (element) => element.matches?.(".av > img");

document.addEventListener("error", (event) => {
  if (isPhoto(event.target)) event.target.remove();
}, true); // errors of pictures don't bubble
for (const image of document.querySelectorAll(".av > img")) {
  if (image.complete && !image.naturalWidth) image.remove();
}
