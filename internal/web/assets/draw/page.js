// The page of a draw: it asks for the record, computes, and shows those of its sentences that are true.

(function () {
  var key = 'einlass-draw ' + data.record, again = Number(data.next);

  // What this device saw before the start is held against what is published afterwards. A browser may forbid the storage.
  function remember(commit) { try { localStorage.setItem(key, commit); } catch (e) { } }
  function remembered() { try { return localStorage.getItem(key); } catch (e) { return null; } }

  function tell(answer) {
    var fits = true;
    ['seen', 'lots', 'seal', 'value', 'seed', 'place'].forEach(function (what) {
      show($(what + '-fits'), answer[what] === true);
      show($(what + '-fails'), answer[what] === false);
      fits = fits && answer[what] !== false;
    });
    write($('place-fails'), fill($('place-fails'), { place: answer.drawn }));
    verdict(fits ? 'fits' : 'fails');
  }

  function verdict(name) {
    write($('verdict'), text($('verdict'), name));
    $('check').setAttribute('data-verdict', name);
  }

  function got(answer) {
    var record = answer.value, seen = remembered(), found;
    if (record && record.commitment && !record.result) { remember(record.commitment.statement.commit); }
    if (!$('verdict')) { return; } // a page of a draw under way loads again by itself, also when the record is already whole
    if (!record || !record.result) { verdict('cannot'); return; }
    found = checkDraw(record, { epoch: Number(data.epoch), number: Number(data.number), place: Number(data.place) });
    if (seen) { found.seen = seen === record.commitment.statement.commit; }
    tell(found);
  }

  if (again > 0) { setTimeout(function () { location.reload(); }, jitter(again)); }
  well();
  show($('check'), true);
  request(data.record, 'GET', got, function () { got({}); });
})();
