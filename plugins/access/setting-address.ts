import { SettingError } from '../../schemas/index.js'

/** @throws SettingError  when no request can be sent there */
export function checkAddress(setting: string, address: string): void {
  if (!URL.canParse(address)) throw new SettingError(`{${setting}} is no address of the Web.`)
  const { username, password } = new URL(address)
  // fetch refuses them, and addresses turn up in too many places for a password.
  if (username !== '' || password !== '') throw new SettingError(`{${setting}} has a user name or a password in it.`)
}
