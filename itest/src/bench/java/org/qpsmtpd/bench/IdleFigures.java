package org.qpsmtpd.bench;

/**
 * What one server did with idle sessions.
 *
 * @param held sessions open at the end
 * @param before memory before the first of them, in KiB
 * @param after memory with all of them
 * @param noopMedian milliseconds, NaN if the client beside them was not answered
 * @param noopP99 likewise
 * @param note why the client was not answered, or nothing
 */
record IdleFigures(
        Product product,
        int held,
        ProcFiles.Memory before,
        ProcFiles.Memory after,
        double noopMedian,
        double noopP99,
        String note) {

    double kibibytesPerSession() {
        return held == 0 ? Double.NaN : Math.max(0, after.pss() - before.pss()) / (double) held;
    }

    double totalMebibytes() {
        return after.pss() / 1024.0;
    }
}
