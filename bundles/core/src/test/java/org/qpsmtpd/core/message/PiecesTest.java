package org.qpsmtpd.core.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PiecesTest {
    private final Pieces pieces = new Pieces(1);

    @Test
    void givesOutWhatWasGivenBack() {
        byte[] array = pieces.take();
        pieces.give(array);

        assertThat(pieces.take()).isSameAs(array);
        assertThat(pieces.take()).hasSize(Pieces.LENGTH).isNotSameAs(array);
    }

    @Test
    void keepsNoMoreThanItMay() {
        byte[] first = pieces.take();
        byte[] second = pieces.take();
        pieces.give(first);
        pieces.give(second);

        assertThat(pieces.take()).isSameAs(first);
        assertThat(pieces.take()).isNotSameAs(second);
    }

    @Test
    void keepsNoArrayOfAnotherLength() {
        byte[] small = new byte[10];
        pieces.give(small);

        assertThat(pieces.take()).hasSize(Pieces.LENGTH);
    }

    @Test
    void letsGoWhatNobodyTookForAWhile() {
        byte[] array = pieces.take();
        pieces.give(array);
        pieces.tidy();
        pieces.tidy();

        assertThat(pieces.take()).isNotSameAs(array);
    }

    @Test
    void keepsWhatIsTakenAgainAndAgain() {
        byte[] array = pieces.take();
        for (int i = 0; i < 10; i++) {
            pieces.give(array);
            pieces.tidy();
            assertThat(pieces.take()).isSameAs(array);
        }
    }
}
