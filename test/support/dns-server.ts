/** The demonstration, which is packed without tests, has the same DNS server. */
export * from '../../src/runtime/cli/demo/dns-server.ts'
