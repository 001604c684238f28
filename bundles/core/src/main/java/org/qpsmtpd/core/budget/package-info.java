/** What clients may cost the process together: memory and descriptors. */
@NullMarked
package org.qpsmtpd.core.budget;

import org.jspecify.annotations.NullMarked;
