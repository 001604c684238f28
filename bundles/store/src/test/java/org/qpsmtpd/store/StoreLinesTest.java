package org.qpsmtpd.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.store.file.FileForm;

/** What config/store may say. */
class StoreLinesTest {
    private final FileForm form = new FileForm();
    private final StoreLines lines = new StoreLines();

    StoreLinesTest() {
        lines.addForm(form);
    }

    @Test
    void takesWhatAFormTakes() {
        for (String good :
                List.of(
                        "file",
                        "file /var/lib/qpsmtpd/store",
                        "file octets=64M",
                        "file /var/my store octets=1G")) {
            lines.checkLine("store", good);
        }
    }

    @Test
    void tellsWhatIsWrong() {
        assertWrong("fil", "no bundle that is installed knows 'fil'; 'file' is there always");
        assertWrong(
                "file relative",
                "'relative' is not the absolute path of a file, such as /var/lib/qpsmtpd/store");
        assertWrong("file octets=1", "'octets=1' is not octets=1M to octets=2047M");
        assertWrong(
                "http://u:geheim@x",
                "no bundle that is installed knows 'http://'; 'file' is there always");
    }

    @Test
    void aFormThatWentTakesNothing() {
        lines.removeForm(form);
        assertWrong("file", "no bundle that is installed knows 'file'; 'file' is there always");
    }

    private void assertWrong(String line, String what) {
        assertThatThrownBy(() -> lines.checkLine("store", line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(what);
    }
}
