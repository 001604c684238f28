package org.qpsmtpd.core.budget;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorsTest {
    @ParameterizedTest
    @CsvSource({
        "20000, 17276",
        "1024, 672",
        "900, 564",
        "256, 64",
        "10, 16",
        "1000000000, 50000",
    })
    void leavesSomeForSpoolFilesAndSomeForTheRest(int files, int connections) {
        assertThat(new Descriptors(files).mostConnections()).isEqualTo(connections);
    }

    @Test
    void spoolFilesHaveTheirOwnPart() {
        Descriptors descriptors = new Descriptors(900);
        int spooled = 0;
        while (descriptors.takeSpooled()) {
            spooled++;
        }
        assertThat(spooled).isEqualTo(80);
        assertThat(descriptors.haveRoom()).isTrue();

        descriptors.giveSpooled();
        assertThat(descriptors.takeSpooled()).isTrue();
        assertThat(descriptors.takeSpooled()).isFalse();
    }

    @Test
    void connectionsAreCounted() {
        Descriptors descriptors = new Descriptors(10);
        descriptors.connection(16);
        assertThat(descriptors.haveRoom()).isFalse();

        descriptors.connection(-1);

        assertThat(descriptors.haveRoom()).isTrue();
    }
}
