// Says before the upload what the server would say after it. Without this script the server says it.
const input = document.querySelector('#picture');
input.addEventListener('change', () => {
  const [file] = input.files;
  const tooLarge = file && file.size > Number(input.dataset.largest);
  input.setCustomValidity(tooLarge ? 'That file is too large.' : '');
  input.reportValidity();
});
