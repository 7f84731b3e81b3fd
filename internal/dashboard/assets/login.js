// Log in.
import { call } from './api.js';
import { $, onSubmit, put, t, words } from './ui.js';

// next is where somebody wanted to go: a path of ours and nothing else.
function next() {
  const to = new URLSearchParams(location.search).get('next') || '/';
  return /^\/(?![/\\])[\w./-]*$/.test(to) ? to : '/';
}

export function start() {
  $('user').focus();
  onSubmit('login', async () => {
    put($('wrong'), '');
    try {
      await call('POST', '/v1/session', { user: $('user').value.trim(), password: $('password').value, code: $('code').value.replace(/\s/g, '') });
    } catch (e) {
      put($('wrong'), e.status === 401 || e.status === 403 ? t('login.wrong') : words(e));
      $('code').value = '';
      $('password').select();
      return;
    }
    location.assign(next());
  });
}
