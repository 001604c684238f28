package org.qpsmtpd.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.control.MailCounts;

class MailFiguresTest {
    private final MailFigures figures = new MailFigures();

    @Test
    void countsWhatBecomesOfMessages() {
        figures.message(250);
        figures.message(250);
        figures.message(554);
        figures.message(451);

        assertThat(figures.counts()).isEqualTo(new MailCounts(2, 1, 1));
    }

    @Test
    void countsRefusalsAndNotWhatIsWrongWithCommands() {
        for (int code : new int[] {220, 250, 354, 421, 454, 500, 501, 503, 530}) {
            figures.reply(code);
        }
        assertThat(figures.counts()).isEqualTo(new MailCounts(0, 0, 0));
        figures.reply(450);
        figures.reply(550);
        figures.refusal(421);

        assertThat(figures.counts()).isEqualTo(new MailCounts(0, 1, 2));
    }
}
