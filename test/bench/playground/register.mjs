/** @returns the service worker, once it controls this page */
export async function register() {
  const { serviceWorker } = navigator;
  const controlled = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve));
  await serviceWorker.register('/sw.js');
  if (!serviceWorker.controller) await controlled;
  return serviceWorker.controller;
}
