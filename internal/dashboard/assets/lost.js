// What a page says as long as no figures come.
import { $, clock, put, t } from './ui.js';

export function lost(since) {
  $('lost').hidden = !since;
  put($('lost'), since ? t('lost', { at: clock(since) }) : '');
  document.body.toggleAttribute('data-lost', Boolean(since));
}
