// The part for this page.

switch (data.page) {
case 'wait': waitingPage(); break;
case 'retry': retryPage(); break;
case 'form': formPage(); break;
case 'move': setUpCopy(); break;
case 'lapsed': backButton(); break;
}
