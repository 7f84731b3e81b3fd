// The part for a page that is not the waiting page.

switch (data.page) {
case 'retry': retryPage(); break;
case 'form': formPage(); break;
case 'move': setUpCopy(); break;
case 'lapsed': backButton(); break;
}
well();
