package org.qpsmtpd.brokers;

/** How many mails, and how many octets of them, wait for a broker. */
final class Room {
    private final int mostMessages;
    private final long mostOctets;
    private int messages;
    private long octets;

    Room(int mostMessages, long mostOctets) {
        this.mostMessages = mostMessages;
        this.mostOctets = mostOctets;
    }

    /** Takes room for a mail; false when there is none. */
    synchronized boolean take(long size) {
        if (messages >= mostMessages || octets + size > mostOctets) {
            return false;
        }
        messages++;
        octets += size;
        return true;
    }

    synchronized void giveBack(long size) {
        messages--;
        octets -= size;
    }

    synchronized int messages() {
        return messages;
    }

    synchronized long octets() {
        return octets;
    }
}
