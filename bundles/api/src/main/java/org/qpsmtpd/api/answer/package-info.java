/** What a hook may answer, with the words and codes of RFC 3463. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.answer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
