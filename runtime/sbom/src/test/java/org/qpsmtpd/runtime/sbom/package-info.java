/** Tests of the bill of materials. */
@NullMarked
package org.qpsmtpd.runtime.sbom;

import org.jspecify.annotations.NullMarked;
