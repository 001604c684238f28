package org.qpsmtpd.core.generation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartFailuresTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    java.nio.file.NoSuchFileException: /etc/ca.pem | /etc/ca.pem: there is no such file or folder
                    java.nio.file.AccessDeniedException: /etc/key | /etc/key: the server's user may not use it
                    java.nio.file.NotDirectoryException: /mail | /mail: it is no folder
                    java.lang.IllegalArgumentException: a day has no 25 hours | a day has no 25 hours
                    org.example.Broken: so it is | org.example.Broken: so it is
                    """)
    void saysInWordsWhyAPluginDoesNotStart(String inner, String words) {
        String trace =
                "java.lang.reflect.InvocationTargetException\n\tat x.Y.z(Y.java:1)\nCaused by: "
                        + inner
                        + "\n\tat x.Y.z(Y.java:2)\n\t... 3 more\n";

        assertThat(StartFailures.cause(trace)).isEqualTo(words);
        assertThat(StartFailures.cause(inner + "\n\tat x.Y.z(Y.java:2)\n")).isEqualTo(words);
    }

    @Test
    void prefersThePluginsOwnSentence() {
        String trace =
                """
                java.lang.reflect.InvocationTargetException
                \tat x.Y.z(Y.java:1)
                Caused by: java.lang.IllegalArgumentException: caFile 'ca.pem' is not there
                \tat x.Y.z(Y.java:2)
                Caused by: java.nio.file.NoSuchFileException: ca.pem
                \t... 3 more
                """;

        assertThat(StartFailures.cause(trace)).isEqualTo("caFile 'ca.pem' is not there");
    }
}
