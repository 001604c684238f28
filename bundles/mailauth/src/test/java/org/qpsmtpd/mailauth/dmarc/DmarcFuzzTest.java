package org.qpsmtpd.mailauth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Records as nobody should write them, always the same ones. */
final class DmarcFuzzTest {
    private static final long SEED = 9989;
    private static final int RECORDS = 20_000;
    private static final int LONGEST = 65_535;

    private static final List<String> PIECES =
            List.of(
                    "v=DMARC1",
                    "p=",
                    "sp=",
                    "np=",
                    "psd=",
                    "t=",
                    "adkim=",
                    "aspf=",
                    "rua=",
                    "ruf=",
                    "fo=",
                    "none",
                    "quarantine",
                    "reject",
                    "y",
                    "n",
                    "s",
                    "r",
                    "1:d",
                    "mailto:a@b.example",
                    "!10m",
                    ",",
                    ";",
                    "; ",
                    "=",
                    " ",
                    "\u0000",
                    "\u00FF",
                    "%",
                    "P=reject");

    private static final List<String> BEGINNINGS =
            List.of("", "p=none;", "p=reject;", "rua=mailto:a@b.example;");

    private static final List<String> NAMES =
            List.of("a.b.example.org", "b.example.org", "example.org", "org");

    private final Random random = new Random(SEED);

    @Test
    void noRecordBreaksAnEvaluation() {
        int found = 0;
        for (int i = 0; i < RECORDS; i++) {
            Tree tree = new Tree().dkim(any(NAMES)).spf(any(NAMES));
            for (String name : NAMES) {
                tree.policy(name, "v=DMARC1;" + any(BEGINNINGS) + pieces());
            }
            DmarcVerdict verdict = tree.evaluate(any(NAMES));
            assertThat(tree.dns().questions()).hasSizeLessThan(8);
            found += verdict.result() == DmarcResult.NONE ? 0 : 1;
        }
        assertThat(found).isBetween(RECORDS / 20, RECORDS - RECORDS / 20);
    }

    @Test
    void recordsOfTheLargestSizeAreReadInTheirTime() {
        for (String piece : PIECES) {
            String text = "v=DMARC1; rua=" + piece.repeat(LONGEST / piece.length());
            String whole = text.substring(0, Math.min(text.length(), LONGEST));
            assertThat(RecordReader.read(whole)).isPresent();
            assertThat(RecordReader.read(whole + " ".repeat(LONGEST))).isEmpty();
        }
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }

    private String pieces() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(any(PIECES));
        }
        return text.toString();
    }
}
