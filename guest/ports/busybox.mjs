/** BusyBox: the commands of a Unix system in one program. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of its default configuration: what is about devices, disks, kernel modules, network interfaces and the like, which no machine here has. */
const LEFT_OUT = `
  CHVT CONSPY DEALLOCVT DUMPKMAP FBSET FBSPLASH FGCONSOLE GETTY KBD_MODE LOADFONT LOADKMAP OPENVT SETCONSOLE SETFONT SETKEYCODES
  SETLOGCONS SHOWKEY VLOCK
  BOOTCHARTD HALT INIT LINUXRC NOLOGIN PIVOT_ROOT POWEROFF REBOOT RESUME RUNLEVEL RUN_INIT SULOGIN SWITCH_ROOT
  DEPMOD INSMOD LSMOD MODINFO MODPROBE MODPROBE_SMALL RMMOD
  BLKDISCARD BLKID BLOCKDEV CHATTR EJECT FATATTR FDFLUSH FDFORMAT FDISK FINDFS FREERAMDISK FSCK FSCK_MINIX FSFREEZE FSTRIM HDPARM
  LOSETUP LSATTR MKDOSFS MKE2FS MKFS_EXT2 MKFS_MINIX MKFS_VFAT MKSWAP MOUNT NANDDUMP NANDWRITE PARTPROBE RAIDAUTORUN RDEV READAHEAD
  SETFATTR SWAPOFF SWAPON UBIATTACH UBIDETACH UBIMKVOL UBIRENAME UBIRMVOL UBIRSVOL UBIUPDATEVOL UMOUNT VOLNAME VOLUMEID
  ACPID ADJTIMEX BEEP CHAT DEVMEM DMESG HWCLOCK I2CDETECT I2CDUMP I2CGET I2CSET I2CTRANSFER KLOGD LSPCI LSSCSI LSUSB MDEV MICROCOM MT
  POWERTOP READPROFILE RTCWAKE RX SETSERIAL SLATTACH UEVENT WATCHDOG
  IONICE LINUX32 LINUX64 NSENTER SETARCH SETPRIV UNSHARE
  ARP ARPING BRCTL DHCPRELAY DNSD DUMPLEASES ETHER_WAKE IFCONFIG IFDOWN IFENSLAVE IFPLUGD IFUP IP IPADDR IPLINK IPNEIGH IPROUTE IPRULE
  IPTUNNEL NAMEIF NBDCLIENT NETSTAT NSLOOKUP NTPD PING PING6 PSCAN RDATE ROUTE TC TRACEROUTE TRACEROUTE6 TUNCTL UDHCPC UDHCPC6 UDHCPD
  VCONFIG ZCIP
  FTPD FTPGET FTPPUT LPD LPQ LPR MAKEMIME POPMAILDIR REFORMIME SENDMAIL SSL_CLIENT TELNETD TFTP TFTPD TLS WHOIS
  HUSH SHELL_HUSH`
  .trim()
  .split(/\s+/);

/** @type {import('../build-ports.d.mts').Recipe} */
export const recipe = {
  name: 'busybox',
  version: '1.35.0',
  url: 'http://deb.debian.org/debian/pool/main/b/busybox/busybox_1.35.0.orig.tar.bz2',
  sha256: 'faeeb244c35a348a334f4a59e44626ee870fb07b6884d68c10ae8bc19f83a694',
  programs: { '/bin/busybox': 'busybox_unstripped' },
  links: {},
  licence: 'LICENSE',
  tools: { bzip2: 'bzip2' },
  async build({ source, run, cc, ar, jobs }) {
    // Its makefile asks questions where there is a new choice, and takes the defaults.
    const configure = (goal) => run('sh', '-c', `yes '' | make ${goal} >/dev/null`);
    await configure('defconfig');
    const file = join(source, '.config');
    const configuration = await readFile(file, 'utf8');
    const off = new Set(LEFT_OUT);
    const lines = configuration
      .split('\n')
      .map((line) => (off.has(/^CONFIG_(\w+)=/.exec(line)?.[1]) ? `# ${line.split('=')[0]} is not set` : line));
    await writeFile(file, lines.join('\n'));
    await configure('oldconfig');
    // What LLVM's linker has not; with no libraries to do without, a program is linked twice.
    await run('sed', '-i', 's/-Wl,--warn-common //', 'scripts/trylink');
    await run(
      'make',
      jobs,
      'LDLIBS=',
      `CC=${cc}`,
      `AR=${ar}`,
      'SKIP_STRIP=y',
      'CFLAGS=-w',
      'busybox_unstripped',
      'busybox.links',
    );
    const links = await readFile(join(source, 'busybox.links'), 'utf8');
    return {
      links: Object.fromEntries(
        links
          .trim()
          .split('\n')
          .map((path) => [path, '/bin/busybox']),
      ),
    };
  },
};
