// One clerk sees how a room does, and changes it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { api, opens, patch, ready, room, setUp, unfit, withOperator, withVisitor } from './admin.mjs';

setUp();

const toast = (page) => page.locator('#toast-text');
const word = (page, text) => page.locator('#state-word').getByText(text, { exact: true }).waitFor();
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

test('a change of the pace is seen by a browser that waits, and undone by one press', async () => {
  await patch('pace', { rate: 0, burst: 1 });
  await withVisitor('pace', async (visitor) => {
    await heading(visitor, /queue|let in/);
    await withOperator('/rooms/pace', async (page) => {
      await word(page, 'Steht');
      await page.getByLabel('Einlässe je Minute', { exact: true }).fill('6000');
      await page.locator('#pace').getByRole('button', { name: 'Ändern' }).click();
      await toast(page).getByText('Tempo ist jetzt 6.000, vorher 0.').waitFor();
      await visitor.locator('#go').or(visitor.getByRole('heading', { name: 'Inside' })).first().waitFor();
      await page.getByRole('button', { name: 'Rückgängig' }).click();
      await toast(page).getByText('Rückgängig gemacht.').waitFor();
      await until('rate and burst are back', async () => { const now = await room('pace'); return now.rate === 0 && now.burst === 1; });
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
  await patch('message', { rate: 0, burst: 1 });
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

test('two operators in conflict read both values, and nothing is overwritten unasked', async () => {
  await patch('conflict', { rate: 60 });
  await withOperator('/rooms/conflict', async (mine) => {
    await withOperator('/rooms/conflict', async (theirs) => {
      await word(mine, 'Läuft');
      await word(theirs, 'Läuft');
      await mine.getByLabel('Einlässe je Minute', { exact: true }).fill('30');
      await theirs.getByLabel('Einlässe je Minute', { exact: true }).fill('90');
      await theirs.getByLabel('Einlässe je Minute', { exact: true }).press('Enter');
      await toast(theirs).getByText('Tempo ist jetzt 90, vorher 60.').waitFor();
      await mine.getByLabel('Einlässe je Minute', { exact: true }).press('Enter');
      const question = mine.getByRole('dialog', { name: 'Jemand anders war schneller' });
      await question.getByText('von 60 auf 90 geändert. Sie wollten 30.').waitFor();
      await until('theirs is in force', async () => (await room('conflict')).rate === 90);
      await mine.keyboard.press('Escape');
      await toast(mine).getByText('Es bleibt bei 90.').waitFor();
      assert.equal(await mine.getByLabel('Einlässe je Minute', { exact: true }).inputValue(), '90');
      await mine.getByLabel('Einlässe je Minute', { exact: true }).fill('45');
      await patch('conflict', { rate: 120 });
      await mine.getByLabel('Einlässe je Minute', { exact: true }).press('Enter');
      await question.getByRole('button', { name: 'Trotzdem 45' }).click();
      await toast(mine).getByText('Tempo ist jetzt 45, vorher 120.').waitFor();
      await until('mine is in force', async () => (await room('conflict')).rate === 45);
    });
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

for (const [scheme, width] of [['light', 360], ['dark', 1280]]) {
  test(`each view is usable at ${width} pixels, ${scheme}`, async () => {
    await patch('small', { mode: 'pause' });
    for (const path of ['/', '/login', '/rooms/small', '/rooms/small/plan', '/rooms/small/places', '/rooms/small/codes', '/audit', '/settings']) {
      await withOperator(path, async (page) => {
        if (path === '/rooms/small') await word(page, 'Angehalten');
        if (path === '/') await page.locator('#rooms li').first().waitFor();
        assert.deepEqual(await unfit(page), [], path);
      }, { viewport: { width, height: 780 }, colorScheme: scheme });
    }
  });
}

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

test('somebody on the phone gets a place, which is looked up by number and code and put to the front', async () => {
  await patch('place', { rate: 0, burst: 1 });
  await withVisitor('place', async (visitor) => {
    await heading(visitor, /queue|let in/);
    await withOperator('/rooms/place/places', async (page) => {
      await page.getByRole('button', { name: 'Platz nehmen' }).click();
      await toast(page).getByText(/^Platz genommen: Nummer \d+, Code \S+\.$/).waitFor();
      const [, number, code] = /Nummer (\d+), Code (\S+)\.$/.exec(await toast(page).textContent());
      await page.getByRole('row', { name: code }).waitFor();
      await page.reload();
      await page.getByLabel('Nummer', { exact: true }).fill(number);
      await page.getByLabel('Platzcode', { exact: true }).fill(code.toLowerCase());
      await page.getByRole('button', { name: 'Nachsehen', exact: true }).click();
      await page.getByRole('heading', { name: `Nummer ${number}, Code ${code}` }).waitFor();
      await page.getByText('Eine Person ist vorher dran.').waitFor();
      await page.getByRole('button', { name: 'Nach vorn stellen' }).click();
      await toast(page).getByText('Schreiben Sie den Grund dazu.').waitFor();
      await page.getByLabel(/^Grund \(zum/).fill('war schon da, Rechner abgestürzt');
      await page.getByRole('button', { name: 'Nach vorn stellen' }).click();
      const question = page.getByRole('dialog', { name: 'Vor alle anderen stellen?' });
      await question.getByRole('button', { name: 'Nach vorn stellen' }).click();
      await toast(page).getByText('Der Platz steht jetzt ganz vorn.').waitFor();
      const found = await api('POST', '/v1/rooms/place/places/find', { number: Number(number), code });
      assert.equal(found.state, 'front');
      assert.deepEqual(await unfit(page), []);
    });
  });
});

test('a change of the plan is shown before it is made, and undone', async () => {
  const start = new Date(Date.now() + 30 * 86400_000).toISOString().slice(0, 10);
  await patch('plan', { schedule: { zone: 'Europe/Berlin', openings: [{ dates: [start], start: '08:00', end: '12:00', quota: 50 }] } });
  const planned = async () => (await api('GET', '/v1/rooms/plan/plan')).schedule.changes || [];
  await withOperator('/rooms/plan/plan', async (page) => {
    await page.getByText('Die Öffnung beginnt, insgesamt 50 frei').waitFor();
    await page.getByLabel('Freigegeben').fill('80');
    await page.getByRole('button', { name: 'Zeigen, was anders wird' }).first().click();
    const preview = page.locator('#preview');
    await preview.getByText(/80/).first().waitFor();
    assert.deepEqual(await planned(), [], 'a preview changes nothing');
    assert.deepEqual(await unfit(page), []);
    await page.getByRole('button', { name: 'So machen' }).click();
    await toast(page).getByText('Der Plan ist geändert.').waitFor();
    await page.getByText('Die Öffnung beginnt, insgesamt 80 frei').waitFor();
    await until('the quota is another', async () => (await planned())[0]?.quota === 80);
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.getByText('Die Öffnung beginnt, insgesamt 50 frei').waitFor();
    await until('the plan is as it was', async () => (await planned()).length === 0);
  });
});

test('what takes something from people says whom it concerns, and is done only when that is confirmed', async () => {
  await patch('rare', { rate: 0, burst: 1 });
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
      assert.equal((await room('rare')).mode, 'run');
      await page.getByRole('button', { name: 'Für alle öffnen' }).click();
      await question.getByRole('button', { name: 'Für alle öffnen' }).click();
      await word(page, 'Offen für alle');
      await visitor.locator('#go').or(visitor.getByRole('heading', { name: 'Inside' })).first().waitFor();
      await page.getByRole('button', { name: 'Rückgängig' }).click();
      await until('the queue is back', async () => (await room('rare')).mode === 'run');
    });
  });
});

test('those inside are sent out when that is confirmed, and queue anew', async () => {
  await patch('out', { rate: 6000, burst: 100 });
  await withVisitor('out', async (visitor) => {
    const go = visitor.locator('#go'), inside = visitor.getByRole('heading', { level: 1, name: 'Inside' });
    await go.or(inside).first().waitFor();
    if (await go.isVisible()) await go.click();
    await inside.waitFor();
    await patch('out', { rate: 0, burst: 1 });
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
  await patch('words', { rate: 0, burst: 1, message: 'Heute nur Ausweise.' });
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
