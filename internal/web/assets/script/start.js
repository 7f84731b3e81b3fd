// The waiting page begins.

if (data.page === 'wait') { waitingPage(); }
well();
