// One clerk sees how a room does, and changes it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { api, goesIn, opens, patch, ready, room, setUp, unfit, withOperator, withVisitor } from './admin.mjs';

setUp();

const toast = (page) => page.locator('#toast-text');
const word = (page, text) => page.locator('#state-word').getByText(text, { exact: true }).waitFor();
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

test('a change of the pace is seen by a browser that waits, and undone by one press', async () => {
  await patch('pace', { rate: 1, burst: 1 });
  await withVisitor('pace', async (visitor) => {
    await visitor.getByRole('heading', { level: 1 }).waitFor();
    await withOperator('/rooms/pace', async (page) => {
      await word(page, 'Läuft');
      await page.getByLabel('Einlässe je Minute', { exact: true }).fill('6000');
      await page.locator('#pace').getByRole('button', { name: 'Ändern' }).click();
      await toast(page).getByText('Tempo ist jetzt 6.000, vorher 1.').waitFor();
      await visitor.locator('#go').or(visitor.getByRole('heading', { name: 'Inside' })).first().waitFor();
      await page.getByRole('button', { name: 'Rückgängig' }).click();
      await toast(page).getByText('Rückgängig gemacht.').waitFor();
      await until('rate and burst are back', async () => { const now = await room('pace'); return now.rate === 1 && now.burst === 1; });
    });
  });
});

test('one press pauses and the same place goes on', async () => {
  await patch('pause', { rate: 600 });
  await withOperator('/rooms/pause', async (page) => {
    await word(page, 'Läuft');
    await page.getByRole('button', { name: 'Anhalten' }).click();
    await word(page, 'Angehalten');
    await until('the room is paused', async () => (await room('pause')).mode === 'pause');
    await withVisitor('pause', async (visitor) => {
      await heading(visitor, 'Nobody is being let in at the moment');
      await page.getByText('Drücken Sie „Weiter“').waitFor();
      await page.getByRole('button', { name: 'Weiter' }).click();
      await word(page, 'Läuft');
      await visitor.locator('#go').or(visitor.getByRole('heading', { name: 'Inside' })).first().waitFor();
    });
  });
});

test('a message from a template is read by those who wait, and taken away', async () => {
  await patch('message', { mode: 'pause' });
  await withVisitor('message', async (visitor) => {
    await withOperator('/rooms/message', async (page) => {
      await ready(page);
      await page.getByLabel('Vorlage').selectOption({ label: 'Es dauert länger' });
      await page.getByRole('button', { name: 'Meldung zeigen' }).click();
      await toast(page).getByText('Die Meldung ist geändert.').waitFor();
      await visitor.locator('#message').getByText('Today it takes longer than usual.').waitFor();
      await until('the German text', async () => /^Heute dauert es länger/.test((await room('message')).message));
      await page.getByRole('button', { name: 'Meldung wegnehmen' }).click();
      await until('the message is away', async () => (await room('message')).message === '');
      await visitor.locator('#message').getByText('Today it takes longer than usual.').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Rückgängig' }).click();
      await until('the message is back', async () => (await room('message')).messages.en?.startsWith('Today'));
    });
  });
});

test('a message has an end that the page says, and nobody reads it behind', async () => {
  await patch('end', { mode: 'pause' });
  await withVisitor('end', async (visitor) => {
    await heading(visitor, 'Nobody is being let in at the moment');
    await withOperator('/rooms/end', async (page) => {
      await ready(page);
      await page.getByLabel('Text auf der Warteseite').fill('Heute nur Ausweise.');
      await page.getByLabel('Bis wann? (Uhrzeit)').fill('23:59');
      await page.getByRole('button', { name: 'Meldung zeigen' }).click();
      await toast(page).getByText(/^Die Meldung ist geändert\. Sie ist zu sehen bis .*23:59 Uhr\.$/).waitFor();
      await page.locator('#message-now').getByText(/^Zu sehen bis .*23:59 Uhr\.$/).waitFor();
      await visitor.locator('#message').getByText('Heute nur Ausweise.').waitFor();
      const end = new Date((await room('end')).message_until);
      assert.ok(end > Date.now() && end <= Date.now() + 86400_000, String(end));
      // Another text alone keeps the end.
      await page.getByLabel('Text auf der Warteseite').fill('Heute nur Pässe.');
      await page.getByRole('button', { name: 'Meldung zeigen' }).click();
      await until('the text is another', async () => (await room('end')).message === 'Heute nur Pässe.');
      assert.equal(Date.parse((await room('end')).message_until), end.getTime());
      // When it is over the page says so, and who shows the text anew does so without that end.
      await patch('end', { message: 'Heute nur Pässe.', message_until: new Date(Date.now() + 1500).toISOString() });
      await page.locator('#message-now').getByText(/^War zu sehen bis .* Jetzt sieht sie niemand mehr\.$/).waitFor();
      await visitor.locator('#message').getByText('Heute nur Pässe.').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Meldung zeigen' }).click();
      await toast(page).getByText('Die Meldung ist geändert.', { exact: true }).waitFor();
      await until('it has no end', async () => (await room('end')).message_until === '');
      await visitor.locator('#message').getByText('Heute nur Pässe.').waitFor();
    });
  });
});

test('sold out is said by one press and taken back', async () => {
  await opens('sold', 50);
  await withOperator('/rooms/sold', async (page) => {
    await page.getByText('0 von 50 sind gebucht.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Ausgebucht melden' }).click();
    await word(page, 'Ausgebucht');
    await page.getByText('50 von 50 sind gebucht.').waitFor();
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.getByText('0 von 50 sind gebucht.', { exact: true }).waitFor();
    await until('nothing is booked', async () => (await room('sold')).opening.booked === 0);
  });
});

test('everything can be done with the keyboard alone', async () => {
  await patch('keyboard', { rate: 60 });
  await withOperator('/rooms/keyboard', async (page) => {
    await word(page, 'Läuft');
    const tabTo = async (id) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement.id === wanted, id)) return;
      }
      assert.fail('the Tab key does not come to ' + id);
    };
    await tabTo('pause');
    await page.keyboard.press('Enter');
    await word(page, 'Angehalten');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'run', 'the focus stays where the button was');
    await page.keyboard.press('Enter');
    await word(page, 'Läuft');
    await tabTo('rate');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('77');
    await page.keyboard.press('Enter');
    await toast(page).getByText('Tempo ist jetzt 77, vorher 60.').waitFor();
    await tabTo('undo');
    await page.keyboard.press('Enter');
    await until('the pace is back', async () => (await room('keyboard')).rate === 60);
  });
});

test('the words are of the language that the browser asks for, and of the one that is chosen', async () => {
  await patch('words', { rate: 60 });
  await withOperator('/rooms/words', async (page) => {
    await word(page, 'Works');
    await page.getByRole('link', { name: 'Deutsch' }).click();
    await word(page, 'Läuft');
    assert.match(page.url(), /\/rooms\/words$/);
    await page.reload();
    await word(page, 'Läuft');
  }, { locale: 'en-GB' });
});

test('what a refused value has to be is said in words, and nothing is changed', async () => {
  const before = await room('words');
  await withOperator('/rooms/words', async (page) => {
    await ready(page);
    await page.evaluate(() => { document.getElementById('pace').noValidate = true; document.getElementById('rate').removeAttribute('max'); });
    await page.getByLabel('Einlässe je Minute', { exact: true }).fill('10000001');
    await page.getByLabel('Einlässe je Minute', { exact: true }).press('Enter');
    await toast(page).getByText('Tempo: eine ganze Zahl von 0 bis 10.000.000.').waitFor();
    assert.equal((await room('words')).version, before.version);
    const list = await api('GET', '/v1/rooms');
    assert.ok(list.rooms.length > 5);
  });
});

test('what takes something from people says whom it concerns, and is done only when that is confirmed', async () => {
  await patch('rare', { mode: 'pause' });
  await withVisitor('rare', async (visitor) => {
    await heading(visitor, /queue|let in/);
    await withOperator('/rooms/rare', async (page) => {
      await page.locator('#figure-waiting b').getByText('1', { exact: true }).waitFor();
      await page.getByText('Selten gebraucht').click();
      await page.getByRole('button', { name: 'Für alle öffnen' }).click();
      const question = page.getByRole('dialog', { name: 'Sind Sie sicher?' });
      await question.getByText(/^Niemand wartet mehr/).waitFor();
      assert.deepEqual(await unfit(page), []);
      await question.getByRole('button', { name: 'Abbrechen' }).click();
      await toast(page).getByText('Nichts geändert.').waitFor();
      assert.equal((await room('rare')).mode, 'pause');
      await page.getByRole('button', { name: 'Für alle öffnen' }).click();
      await question.getByRole('button', { name: 'Für alle öffnen' }).click();
      await word(page, 'Offen für alle');
      await visitor.locator('#go').or(visitor.getByRole('heading', { name: 'Inside' })).first().waitFor();
      await page.getByRole('button', { name: 'Rückgängig' }).click();
      await until('the queue is back', async () => (await room('rare')).mode === 'pause');
    });
  });
});

test('those inside are sent out when that is confirmed, and queue anew', async () => {
  await patch('out', { rate: 6000, burst: 100 });
  await withVisitor('out', async (visitor) => {
    const inside = await goesIn(visitor);
    await patch('out', { mode: 'pause' });
    await withOperator('/rooms/out', async (page) => {
      await page.locator('#figure-inside b').getByText('1', { exact: true }).waitFor();
      await page.getByText('Selten gebraucht').click();
      await page.getByRole('button', { name: 'Alle hinausschicken, die drin sind' }).click();
      await toast(page).getByText('Schreiben Sie den Grund dazu.').waitFor();
      await page.getByLabel('Grund fürs Protokoll').fill('Fehler im Buchungssystem');
      await page.getByRole('button', { name: 'Alle hinausschicken, die drin sind' }).click();
      const question = page.getByRole('dialog', { name: 'Sind Sie sicher?' });
      await question.getByText(/^Eine Person, die drin ist, verliert ihren Zugang/).waitFor();
      await question.getByRole('button', { name: 'Alle hinausschicken' }).click();
      await toast(page).getByText('Eine Person muss neu anstehen.').waitFor();
      await page.locator('#figure-inside b').getByText('0', { exact: true }).waitFor();
    });
    await until('the visitor is outside', async () => { await visitor.reload(); return !(await inside.isVisible()); });
  });
});

test('the page that citizens see now opens beside, and nobody takes a number by it', async () => {
  await patch('words', { mode: 'pause', message: 'Heute nur Ausweise.' });
  await until('the message is in force', async () => (await room('words')).message === 'Heute nur Ausweise.');
  const before = (await room('words')).last_number;
  await withOperator('/rooms/words', async (page, context) => {
    await ready(page);
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Auf Deutsch ansehen' }).click();
    const shown = await opened;
    await shown.getByText('Heute nur Ausweise.').first().waitFor();
    assert.equal(await shown.evaluate(() => document.documentElement.lang), 'de');
    assert.equal((await room('words')).last_number, before);
  }, { foreign: true }); // its script is blocked, which the console says
});
