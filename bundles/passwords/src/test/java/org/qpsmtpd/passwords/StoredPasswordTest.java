package org.qpsmtpd.passwords;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;

/** The hashes of "pencil" were made by doveadm, openssl and Python. */
class StoredPasswordTest {
    private static Credentials password(String password) {
        return Credentials.withPassword("PLAIN", "ann@example.com", Secret.of(password));
    }

    private static boolean isPencil(StoredPassword kept) {
        assertThat(kept.isProvedBy(password("pencils"))).isFalse();
        assertThat(kept.isProvedBy(password("Pencil"))).isFalse();
        return kept.isProvedBy(password("pencil"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pencil",
                "{PLAIN}pencil",
                "{clear}pencil",
                "$2y$05$ghczntVOv..4Bm9J2qxqielijzqQkseZthFPEbjy2.yVfXmgfaK22",
                "{BLF-CRYPT}$2y$05$ghczntVOv..4Bm9J2qxqielijzqQkseZthFPEbjy2.yVfXmgfaK22",
                "{CRYPT}$2y$05$0Jk2NdxBgQOlpEu6WOCp.ugfMmnqWYvAITKN/6IID6z5CZZ5vBVwC",
                "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$Yl8yRJSTH7jr6vuwK4s+yA"
                        + "$iRT03v/KcweDqIvfZbGAOQlnan3ryVNRXxpNIa3yuO8",
                "$argon2i$v=19$m=32768,t=4,p=1$PlJXuoaxJMwYrxvxw67EEA"
                        + "$yhnVtLQfHMUmcd2IVJdQNVdRirulzejwPeDEIAGCsb4",
                "{PBKDF2}$1$vfjm79v2eutIv05n$5000$51a9645b968bf3665a9b99758968e0e3059fb3e9",
                "$pbkdf2-sha256$29000$MDEyMzQ1Njc4OWFiY2RlZg"
                        + "$wJJs1iVhfVo0WYh/GZc5YtyLrHGZqJ7WDZHG5WhS8e4",
                "$pbkdf2-sha512$25000$MDEyMzQ1Njc4OWFiY2RlZg$O535Ds1B0OFXsMFFSDo6mnD48JYw5gWybQgN"
                        + "/lTuf2fg2Wph89uNfUXNceVvV9Elsm0zsPSZGRdE0vwREblu6w",
                "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$.quxK0FOqYvxcW8Lh0sTka551Hc",
                "pbkdf2_sha256$1000$seasalt$O7d631RswBimc7adhwqvMcl01JZ6YQJjvQeGDt4xZdA=",
                "$1$saltsalt$wCrc3hcrR95SV83Xh8Z.41",
                "{MD5-CRYPT}$1$oYIgUmfj$v.v1M3/B7Y600a.nvcSOs1",
                "$5$saltsalt$hl9BvcGsj7AkON13nbqeQHDgRpHyFxt7WDzLoS.OCQ/",
                "$6$rounds=2000$abc$myv9bJR/DAQKyCjjeSurtIQU89kLDEpp97IibI8urQ29ESlTxIhs4RnK3M0oh"
                        + "hP/cew2E8OSwVbS5tH.TVgUx/",
                "{SHA512-CRYPT}$6$saltsalt$rD9fW1BwIrjB90WCgCTdIQc3phTBhf04I6Iw/XlgKD9E9aEbzqGZip"
                        + "jiFxGo/4wWXDA6jV6/vZO.kKdDSfUJb0",
                "{DES-CRYPT}Yy4HUNfe20qmM",
                "{SSHA512}SR+9e3neoRQWQtDGL+dutcFcVY+4CeJnoFyFEfiH1MMbauxQhm7zBrZAJGFXtg2wVEDn4cE"
                        + "niZHD5i2zi/6TD4F8WOE=",
                "{SSHA256}xTd46GhSKlSByO8xkKaEEhnLXnUq0biusK+9UXKo9diDlNVU",
                "{SSHA}zr9Zj25h9Cm3vI80TWJ1lVro2Pdfricx",
                "{SHA}0vxRJJChUDZGC1SJQBQ51tpUB/o=",
                "{SHA256}E4CWaPtDY4Zwb2fcsFLtWEoEuhaowCoX1m00ww/O2iE=",
                "{SMD5}AMm3U+ygOrZmfDzqF+JSVnD3pP4=",
                "{MD5}qPaDC855Copn/C6E4SCTug==",
                "{SCRAM-SHA-256}4096,/Lq6DQhA1uXtB0YiAfGi8w==,9iTBEUQO+dyhUPdAr1JgwGzaQ30pUaHrsgc"
                        + "HsBcpv8Y=,z1Cs5Ns7Sy5tHcBYRq0eG94H5JaOvhnmwt0xjDL+vfk=",
            })
    void comparesWhatOthersMade(String kept) {
        assertThat(isPencil(StoredPassword.parse(kept))).isTrue();
    }

    @Test
    void readsWhatCryptMade() {
        assertThat(isPencil(StoredPassword.ofCrypt("abJ32bJMdTsnY"))).isTrue();
        assertThat(isPencil(StoredPassword.ofCrypt("$1$saltsalt$wCrc3hcrR95SV83Xh8Z.41"))).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> StoredPassword.ofCrypt("pencil"));
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatItMakes(PasswordForm form) {
        String made = form.make(Secret.of("pencil"));
        StoredPassword kept = StoredPassword.parse(made);

        assertThat(kept.isProvedBy(password("pencil"))).isTrue();
        assertThat(kept.isProvedBy(password("pencils"))).isFalse();
        assertThat(kept.isQuick()).isFalse();
        assertThat(kept.isClear()).isFalse();
        assertThat(kept.keys(ScramHash.SHA_256).isPresent()).isEqualTo(form == PasswordForm.SCRAM);
        assertThat(kept.keys(ScramHash.SHA_512)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2b$15$ghczntVOv..4Bm9J2qxqielijzqQkseZthFPEbjy2.yVfXmgfaK22",
                "$2x$05$ghczntVOv..4Bm9J2qxqielijzqQkseZthFPEbjy2.yVfXmgfaK22",
                "$2y$05$hidden",
                "$argon2id$v=19$m=65537,t=3,p=1$Yl8yRJSTH7jr6vuwK4s+yA$hiddenhiddenhiddenhidden",
                "$argon2id$v=19$m=65536,t=5,p=1$Yl8yRJSTH7jr6vuwK4s+yA$hiddenhiddenhiddenhidden",
                "$pbkdf2$1000001$MDEyMzQ1Njc4OWFiY2RlZg$hiddenhiddenhiddenhiddenhidden",
                "$argon2id$v=19$m=1024,t=21,p=1$Yl8yRJSTH7jr6vuwK4s+yA$hiddenhiddenhiddenhidden",
                "$argon2id$v=19$m=1024,t=1,p=17$Yl8yRJSTH7jr6vuwK4s+yA$hiddenhiddenhiddenhidden",
                "$argon2id$v=19$m=7,t=1,p=1$Yl8yRJSTH7jr6vuwK4s+yA$hiddenhiddenhiddenhidden",
                "$argon2id$v=16$m=1024,t=1,p=1$Yl8yRJSTH7jr6vuwK4s+yA$hiddenhiddenhiddenhidden",
                "$argon2id$v=19$m=1024,t=1,p=1$a$hidden",
                "$argon2d$v=19$m=1024,t=1,p=1$Yl8yRJSTH7jr6vuwK4s+yA$hiddenhiddenhiddenhidden",
                "$pbkdf2-sha256$2000001$MDEyMzQ1Njc4OWFiY2RlZg$hiddenhiddenhiddenhiddenhidden",
                "$pbkdf2-sha256$0$MDEyMzQ1Njc4OWFiY2RlZg$hiddenhiddenhiddenhiddenhidden",
                "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$hidden",
                "pbkdf2_sha256$1000$$hidden",
                "{PBKDF2}$1$a$1$hidden",
                "{PBKDF2}$1$a$1$012345678901234567890123456789012",
                "$6$rounds=999$abc$hidden",
                "$6$rounds=1000001$abc$myv9bJR/DAQKyCjjeSurtIQU89kLDEpp97IibI8urQ29ESlTxIhs4RnK3M0"
                        + "ohhP/cew2E8OSwVbS5tH.TVgUx/",
                "$y$j9T$hidden$hidden",
                "$nothing$hidden",
                "{SSHA}hidden",
                "{SSHA}0vxRJJChUDZGC1SJQBQ51tpUB/o=",
                "{SHA}zr9Zj25h9Cm3vI80TWJ1lVro2Pdfricx",
                "{SHA256}%hidden",
                "{NTLM}hidden",
                "{hidden",
                "SCRAM-SHA-256$4096:hidden",
                "{PLAIN}",
                "hid\u0007den",
                "",
            })
    void refusesWithoutShowing(String kept) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoredPassword.parse(kept))
                .withMessageNotContaining("hidden");
    }

    @Test
    void checksDigestsByPasswordsInClearAlone() {
        byte[] challenge =
                "<1896.697170952@postoffice.reston.mci.net>".getBytes(StandardCharsets.US_ASCII);
        Credentials digest =
                Credentials.withDigest(
                        "tim",
                        challenge,
                        HexFormat.of().parseHex("b913a602c7eda7a495b4e6e7334d3890"));

        assertThat(StoredPassword.clear("tanstaaftanstaaf").isProvedBy(digest)).isTrue();
        assertThat(StoredPassword.clear("$2y$tanstaaftanstaaf").isProvedBy(digest)).isFalse();
        assertThat(StoredPassword.parse("$1$saltsalt$wCrc3hcrR95SV83Xh8Z.41").isProvedBy(digest))
                .isFalse();
    }

    @Test
    void makesKeysOfAPasswordInClearOnce() {
        StoredPassword kept = StoredPassword.parse("pencil");
        for (ScramHash hash : ScramHash.values()) {
            assertThat(kept.keys(hash).orElseThrow().matches(Secret.of("pencil"))).isTrue();
            assertThat(kept.keys(hash)).isEqualTo(kept.keys(hash));
        }
        assertThat(kept.isQuick()).isTrue();
        assertThat(kept).hasToString("***");
    }
}
