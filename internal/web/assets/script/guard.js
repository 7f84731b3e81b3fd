// What stands before the refresh of a page in its head. A browser whose scripts are blocked shows nothing of a noscript, as one without
// scripts does. So the page has its refresh, and what it says of it, for everybody, and this script covers both.
// It takes the cover away again if the page's own script has not run to its end, or has failed since.

var root = document.documentElement, types = window.trustedTypes, cover = '<noscript>';

// fail makes the page what it is without script. The refresh is text by now, so it is done here.
function fail() {
  var covered = document.getElementsByTagName('noscript')[0], refresh = /="(\d+);url=([^"]*)/.exec(covered ? covered.textContent : '');
  if (root.className !== 'js doubt') { return; }
  root.className = '';
  if (refresh) { setTimeout(function () { load(refresh[2].replace(/&amp;/g, '&').replace(/&#39;/g, "'")); }, refresh[1] * 1000); }
}

// load loads a URL, unless the script works again, see well. The URL and the fragment of this page would be a jump within it.
function load(url) {
  if (root.className) { return; }
  if (location.hash && url === location.pathname + location.search) { location.reload(); } else { location.replace(url + location.hash); }
}

root.className = 'js doubt';
window.addEventListener('load', fail);
// An error may be that of a browser's extension. The page's script asks soon, and says if it could show the answer.
window.addEventListener('error', function () {
  if (root.className !== 'js') { return; }
  root.className = 'js doubt';
  setTimeout(fail, 15000);
});
if (types) { cover = types.createPolicy('einlass', { createHTML: function () { return '<noscript>'; } }).createHTML(''); }
document.write(cover);
